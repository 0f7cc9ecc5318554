import { Type } from 'typebox';
import { Context } from '../model/agent-state.ts';
import { CheckpointReason, CompactionStrategy } from '../model/checkpoint.ts';
import { MetadataChanges } from '../model/editable-metadata.ts';
import { EventId, SessionIdText } from '../model/primitives.ts';
import { ClosedReason } from '../model/session-row.ts';

const session = { sessionId: SessionIdText };
const binding = {
  agent: Type.Optional(Type.String()),
  agentSessionId: Type.Optional(Type.String()),
  binding: Type.Optional(Type.Integer({ minimum: 1, description: 'Rises with each agent session bound.' })),
};
const nullableInteger = Type.Union([Type.Integer(), Type.Null()]);
const nullableText = Type.Union([Type.String(), Type.Null()]);

/** What happens to a session as a whole. */
export const sessionEvents = {
  session_created: Type.Object(
    {
      ...session,
      workspaceCwd: Type.String(),
      agent: Type.String(),
      displayName: Type.Optional(Type.String()),
      modelId: Type.Optional(Type.String()),
      modeId: Type.Optional(Type.String()),
      parentSessionId: Type.Optional(SessionIdText),
      agentSessionId: Type.Optional(Type.String()),
      binding: Type.Optional(Type.Integer({ minimum: 1 })),
    },
    { description: 'The first event of a session.' },
  ),
  session_metadata_updated: Type.Object(
    {
      ...session,
      displayName: Type.Optional(Type.String({ description: 'Absent: there is none.' })),
      revision: Type.Optional(Type.Integer({ minimum: 1, description: 'After the change.' })),
      changes: Type.Optional(MetadataChanges),
    },
    { description: 'A client-editable field really changed.' },
  ),
  model_switched: Type.Object(
    { ...session, modelId: Type.String() },
    { description: 'Another model is in force.' },
  ),
  model_switch_failed: Type.Object(
    { ...session, requestedModelId: Type.String(), error: Type.String() },
    { description: 'The agent refused a model.' },
  ),
  approval_mode_changed: Type.Object(
    { ...session, previous: Type.String(), next: Type.String(), persisted: Type.Boolean() },
    { description: 'Another mode is in force.' },
  ),
  session_branched: Type.Object(
    { sourceSessionId: SessionIdText, newSessionId: SessionIdText, displayName: Type.String() },
    { description: 'A branch was taken; in the journal of its source. Housekeeping.' },
  ),
  session_restored: Type.Object(
    {
      ...session,
      ...binding,
      action: Type.Enum(['load', 'resume', 'continue', 'branch', 'reset', 'restore', 'compact']),
      context: Context,
      generation: Type.Integer({ minimum: 1 }),
      turns: Type.Optional(Type.Integer({ minimum: 0, description: 'Turns in the reseeded transcript.' })),
      omittedTurns: Type.Optional(Type.Integer({ minimum: 0 })),
      chars: Type.Optional(Type.Integer({ minimum: 0 })),
      displayName: Type.Optional(
        Type.Union([Type.String(), Type.Null()], {
          description: 'What people call it, which may have changed while it was closed; null is no name.',
        }),
      ),
    },
    {
      description:
        'The session has an agent again; says what the agent remembers. Supersedes an earlier terminal.',
    },
  ),
  session_reset: Type.Object(
    {
      ...session,
      generation: Type.Integer({ minimum: 1 }),
      reason: Type.String({
        description: '`new`, `reset`, `restore` (of a checkpoint) or `compact` (by handoff).',
      }),
    },
    { description: 'A new generation began; the old one is kept.' },
  ),
  checkpoint_created: Type.Object(
    {
      ...session,
      checkpointId: Type.String(),
      generation: Type.Integer({ minimum: 1 }),
      eventId: EventId,
      name: Type.Optional(Type.String()),
      reason: CheckpointReason,
    },
    { description: "A pointer to a turn's end; one that is named again was moved there." },
  ),
  compaction_started: Type.Object(
    { ...session, strategy: CompactionStrategy, checkpointId: Type.Optional(Type.String()) },
    { description: "The agent's context is being compacted." },
  ),
  compaction_completed: Type.Object(
    {
      ...session,
      tokensBefore: Type.Optional(Type.Number()),
      tokensAfter: Type.Optional(Type.Number()),
      context: Context,
    },
    { description: 'The compaction worked.' },
  ),
  compaction_failed: Type.Object(
    { ...session, error: Type.String() },
    { description: 'The compaction failed; the session stays usable.' },
  ),
  extension_updated: Type.Object(
    { ...session, namespace: Type.String(), revision: Type.Optional(Type.Integer({ minimum: 0 })) },
    { description: 'An extension namespace changed or went.' },
  ),
  journal_gap: Type.Object(
    { fromId: EventId, toId: EventId },
    { description: 'Events of the journal that are damaged and left out; later ones stay.' },
  ),
  agent_started: Type.Object(
    { ...session, ...binding, pid: Type.Optional(Type.Integer()) },
    { description: 'The session is bound to a running agent process. Housekeeping.' },
  ),
  agent_exited: Type.Object(
    {
      ...session,
      exitCode: nullableInteger,
      signal: nullableText,
      stderrTail: Type.Optional(Type.String()),
    },
    { description: 'The agent process ended; the session strands. Housekeeping.' },
  ),
  session_closed: Type.Object(
    { ...session, reason: ClosedReason, closedBy: Type.Optional(Type.String()) },
    { description: 'Terminal of the session: closed; load or resume bring it back.' },
  ),
  session_died: Type.Object(
    {
      ...session,
      reason: Type.String(),
      exitCode: Type.Optional(nullableInteger),
      signalCode: Type.Optional(nullableText),
    },
    { description: 'Terminal of the session: its agent cannot be kept running.' },
  ),
} as const;
