import { type Static, Type } from 'typebox';
import { AgentState } from './agent-state.ts';
import { ExtensionSummary } from './extension.ts';
import { PendingPermission } from './permission.ts';
import { EpochMs, EventEpochText, EventId, IsoInstant, PromptIdText, SessionIdText } from './primitives.ts';
import { LastTurn, PendingPrompt, Usage } from './turn.ts';

export const SessionState = Type.Enum(['opening', 'idle', 'running', 'stranded', 'closing', 'closed']);
export type SessionState = Static<typeof SessionState>;

/** Why a session closed; `died` ones carry the agent's reason in the event. */
export const ClosedReason = Type.Enum(['client_close', 'idle_timeout', 'last_client_detached', 'deleted']);
export type ClosedReason = Static<typeof ClosedReason>;

/** Why a session has no agent although it is not closed. */
export const StrandedCause = Type.Enum(
  ['daemon_restart', 'agent_exited', 'agent_unavailable', 'not_started'],
  {
    description: '`not_started`: it was made without an agent, and gets one with its first prompt.',
  },
);
export type StrandedCause = Static<typeof StrandedCause>;

/** The beginning of the last message: of the user from the start of a turn on, of the agent from its end on. */
export const MessagePreview = Type.Object({
  role: Type.Enum(['user', 'agent']),
  text: Type.String({ description: 'At most 240 characters on one line.' }),
});
export type MessagePreview = Static<typeof MessagePreview>;

/** A session as lists and status show it: the row of the published protocol, and ours beside it. */
export const SessionRow = Type.Object({
  sessionId: SessionIdText,
  workspaceCwd: Type.String({ description: "The session's own canonical working directory." }),
  agent: Type.String(),
  createdAt: IsoInstant,
  updatedAt: IsoInstant,
  displayName: Type.Optional(Type.String()),
  clientCount: Type.Integer({ minimum: 0 }),
  hasActivePrompt: Type.Boolean(),
  isWaitingForPermission: Type.Boolean(),
  state: SessionState,

  title: Type.Optional(
    Type.String({ description: "displayName, else the agent's title, else the first prompt." }),
  ),
  agentTitle: Type.Optional(Type.String()),
  alias: Type.Optional(
    Type.String({ description: "Another name for the session's id, unique in the daemon." }),
  ),
  labels: Type.Optional(Type.Array(Type.String(), { description: 'Absent: none.' })),
  pinned: Type.Optional(Type.Boolean({ description: 'Absent: false.' })),
  protected: Type.Optional(Type.Boolean({ description: 'Nobody may delete it. Absent: false.' })),
  archived: Type.Optional(Type.Boolean({ description: 'Absent: false.' })),
  parentSessionId: Type.Optional(SessionIdText),
  generation: Type.Integer({ minimum: 1 }),
  revision: Type.Integer({ minimum: 0, description: 'Counts edits of client-editable fields; the ETag.' }),
  lastEventId: Type.Integer({
    minimum: 0,
    description: 'Id of the last event, in lists as of the last change of the row.',
  }),
  lastTurn: Type.Optional(LastTurn),
  activePromptId: Type.Optional(PromptIdText),
  usage: Type.Optional(Usage),
  preview: Type.Optional(MessagePreview),
  lastSeenAt: Type.Optional(EpochMs),
});
export type SessionRow = Static<typeof SessionRow>;

/** One session in full: its row, configuration, lineage, queue and open questions. */
export const SessionDescription = Type.Object({
  ...SessionRow.properties,
  eventEpoch: EventEpochText,
  closedReason: Type.Optional(Type.String({ description: 'Only when closed.' })),
  strandedCause: Type.Optional(StrandedCause),
  config: Type.Object({
    modelId: Type.Optional(Type.String()),
    modeId: Type.Optional(Type.String()),
  }),
  agentState: Type.Optional(AgentState),
  lineage: Type.Object({
    parentSessionId: Type.Optional(SessionIdText),
    forkedFrom: Type.Optional(Type.Object({ sessionId: SessionIdText, atEventId: EventId })),
    children: Type.Optional(
      Type.Array(SessionIdText, {
        description:
          'The first 100 sessions that name this one as their parent; all: `GET /sessions?parent=`.',
      }),
    ),
  }),
  notes: Type.Optional(Type.String()),
  extensions: Type.Array(ExtensionSummary, {
    description: 'What clients keep with it, without the contents.',
  }),
  pendingPrompts: Type.Array(PendingPrompt),
  pendingPermissions: Type.Array(PendingPermission),
});
export type SessionDescription = Static<typeof SessionDescription>;
