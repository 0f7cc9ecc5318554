import { type Static, Type } from 'typebox';
import { AgentState } from './agent-state.ts';
import { PendingPermission } from './permission.ts';
import { EpochMs, EventEpochText, EventId, IsoInstant, PromptIdText, SessionIdText } from './primitives.ts';
import { LastTurn, PendingPrompt, Usage } from './turn.ts';

export const SessionState = Type.Enum(['opening', 'idle', 'running', 'stranded', 'closing', 'closed']);
export type SessionState = Static<typeof SessionState>;

/** Why a session closed; `died` ones carry the agent's reason in the event. */
export const ClosedReason = Type.Enum(['client_close', 'idle_timeout', 'last_client_detached', 'deleted']);
export type ClosedReason = Static<typeof ClosedReason>;

/** Why a session has no agent although it is not closed. */
export const StrandedCause = Type.Enum(['daemon_restart', 'agent_exited', 'agent_unavailable']);
export type StrandedCause = Static<typeof StrandedCause>;

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
  generation: Type.Integer({ minimum: 1 }),
  revision: Type.Integer({ minimum: 0, description: 'Counts edits of client-editable fields; the ETag.' }),
  lastEventId: EventId,
  lastTurn: Type.Optional(LastTurn),
  activePromptId: Type.Optional(PromptIdText),
  usage: Type.Optional(Usage),
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
  }),
  pendingPrompts: Type.Array(PendingPrompt),
  pendingPermissions: Type.Array(PendingPermission),
});
export type SessionDescription = Static<typeof SessionDescription>;
