export { type ErrorCode, errorCodes, isErrorCode } from './errors/codes.ts';
export { asDaemonError, DaemonError, type ErrorDetails } from './errors/daemon-error.ts';
export { httpStatus, retryAfterSeconds } from './errors/http-status.ts';
export { Problem, toProblem } from './errors/problem.ts';
export { mayMeanUnknownSession, type RpcMeaning, rpcCodes, rpcMeaning } from './errors/rpc-code.ts';
export {
  housekeepingTypes,
  isHousekeeping,
  isSessionTerminal,
  isTurnTerminal,
  type SessionTerminalType,
  sessionTerminalTypes,
  type TurnTerminalType,
  turnTerminalTypes,
} from './events/event-classes.ts';
export {
  type EventData,
  type EventOf,
  Events,
  type EventType,
  isEventType,
  isRecordedEventType,
  type RecordedEvent,
  type RecordedEventType,
  recordedEvents,
  type SyntheticEvent,
  type SyntheticEventType,
} from './events/events.ts';
export { syntheticEvents } from './events/synthetic-events.ts';
export {
  type AgentSessionId,
  agentSessionIdOf,
  type ClientId,
  clientIdFrom,
  type EventEpoch,
  eventEpochFrom,
  type PermissionRequestId,
  type PromptId,
  parseClientId,
  parseSessionId,
  permissionRequestIdFrom,
  permissionRequestIdOf,
  promptIdFrom,
  promptIdOf,
  type SessionId,
  sessionIdFrom,
} from './ids.ts';
export { AgentAbilities, AgentDescriptor } from './model/agent-descriptor.ts';
export { AgentSession, AgentSessionPage, ImportedAgentSession } from './model/agent-session.ts';
export { AgentState, AvailableCommand, AvailableMode, AvailableModel, Context } from './model/agent-state.ts';
export { Capabilities, Limits, Workspace } from './model/capabilities.ts';
export { ContentBlock, PromptContent } from './model/content.ts';
export { BranchedSession, CreatedSession, RestoredSession } from './model/created-session.ts';
export { Envelope } from './model/envelope.ts';
export {
  conditionalFeatureTags,
  type FeatureTag,
  ownFeatureTags,
  seedFeatureTags,
} from './model/feature-tags.ts';
export {
  PendingPermission,
  PermissionOption,
  PermissionOutcome,
  PermissionPolicy,
  PermissionToolCall,
} from './model/permission.ts';
export {
  ClosedReason,
  SessionDescription,
  SessionRow,
  SessionState,
  StrandedCause,
} from './model/session-row.ts';
export {
  LastTurn,
  PendingPrompt,
  PromptOutcome,
  StopReason,
  TurnErrorCode,
  TurnState,
  turnErrorCodes,
  Usage,
} from './model/turn.ts';
export {
  AgentList,
  getAgent,
  ImportAgentSessionBody,
  importAgentSession,
  ListAgentSessionsQuery,
  listAgentSessions,
  listAgents,
} from './operations/agents.ts';
export { type OperationName, operations } from './operations/all.ts';
export {
  describeSession,
  getSessionStatus,
  ListSessionsQuery,
  ListWorkspaceSessionsQuery,
  listSessions,
  listWorkspaceSessions,
  SessionPage,
  WorkspaceSessionPage,
} from './operations/catalog.ts';
export { defineOperation, type Operation, type Scope } from './operations/define-operation.ts';
export {
  getTranscript,
  StreamEventsQuery,
  streamEvents,
  TranscriptPage,
  TranscriptQuery,
} from './operations/history.ts';
export {
  CloseSessionQuery,
  CreateSessionBody,
  closeSession,
  createSession,
  detach,
  Heartbeat,
  heartbeat,
  SessionMetadata,
  UpdateMetadataBody,
  updateMetadata,
} from './operations/lifecycle.ts';
export { VotePermissionBody, votePermission, votePermissionLegacy } from './operations/permissions.ts';
export { getPrompt, type PlannedOperationName, plannedOperations } from './operations/planned.ts';
export {
  BranchSessionBody,
  branchSession,
  loadSession,
  RestoreSessionBody,
  resumeSession,
} from './operations/restore.ts';
export {
  getSessionContext,
  getSupportedCommands,
  SessionContext,
  SetApprovalModeBody,
  SetSessionModeBody,
  SetSessionModelBody,
  SupportedCommands,
  setApprovalMode,
  setSessionMode,
  setSessionModel,
} from './operations/settings.ts';
export {
  capabilities,
  Health,
  HealthQuery,
  health,
  livez,
  openapi,
  Probe,
  readyz,
} from './operations/system.ts';
export {
  cancelTurn,
  listPendingPrompts,
  PendingPromptList,
  PromptAccepted,
  PromptBody,
  PromptMode,
  promptSession,
  removePendingPrompt,
} from './operations/turns.ts';
export { SseDecoder, type SseDecoderOptions, type SseMessage } from './sse/decode.ts';
export { encodeComment, encodeEvent, encodeFrame, encodeRetry, type SseFrame } from './sse/encode.ts';
export { type ItemList, itemsOf } from './view/item-list.ts';
export { reduceEvent } from './view/reduce-event.ts';
export {
  type EndedTurnView,
  initialView,
  type PermissionView,
  type PlanEntry,
  type SessionView,
  type TerminalView,
  type TurnView,
} from './view/state.ts';
export type { MessageItem, ToolItem, Transcript, TranscriptItem, ViewLimits } from './view/transcript.ts';
