/** The entry without TypeBox: what a browser needs. Schemas are in the main entry; here they are types only. */

export { type ErrorCode, errorCodes, isErrorCode } from './errors/codes.ts';
export { asDaemonError, DaemonError, type ErrorDetails } from './errors/daemon-error.ts';
export { httpStatus, retryAfterSeconds } from './errors/http-status.ts';
export type { Problem } from './errors/problem.ts';
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
export type {
  EventData,
  EventOf,
  EventType,
  RecordedEvent,
  RecordedEventType,
  SyntheticEvent,
  SyntheticEventType,
} from './events/events.ts';
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
export type { AgentAbilities, AgentDescriptor } from './model/agent-descriptor.ts';
export type { AgentSession, AgentSessionPage, ImportedAgentSession } from './model/agent-session.ts';
export type {
  AgentState,
  AvailableCommand,
  AvailableMode,
  AvailableModel,
  Context,
} from './model/agent-state.ts';
export type { Capabilities, Limits, Workspace } from './model/capabilities.ts';
export type { ContentBlock, PromptContent } from './model/content.ts';
export type { BranchedSession, CreatedSession, RestoredSession } from './model/created-session.ts';
export type { Envelope } from './model/envelope.ts';
export {
  conditionalFeatureTags,
  type FeatureTag,
  ownFeatureTags,
  seedFeatureTags,
} from './model/feature-tags.ts';
export type {
  PendingPermission,
  PermissionOption,
  PermissionOutcome,
  PermissionPolicy,
  PermissionToolCall,
} from './model/permission.ts';
export type {
  ClosedReason,
  SessionDescription,
  SessionRow,
  SessionState,
  StrandedCause,
} from './model/session-row.ts';
export type {
  LastTurn,
  PendingPrompt,
  PromptOutcome,
  StopReason,
  TurnErrorCode,
  TurnState,
  Usage,
} from './model/turn.ts';
export type { AgentList, ImportAgentSessionBody, ListAgentSessionsQuery } from './operations/agents.ts';
export type { OperationName } from './operations/all.ts';
export type {
  ListSessionsQuery,
  ListWorkspaceSessionsQuery,
  SessionPage,
  WorkspaceSessionPage,
} from './operations/catalog.ts';
export type { Operation, Scope } from './operations/define-operation.ts';
export type { StreamEventsQuery, TranscriptPage, TranscriptQuery } from './operations/history.ts';
export type {
  CloseSessionQuery,
  CreateSessionBody,
  Heartbeat,
  SessionMetadata,
  UpdateMetadataBody,
} from './operations/lifecycle.ts';
export type { VotePermissionBody } from './operations/permissions.ts';
export type { PlannedOperationName } from './operations/planned.ts';
export type { BranchSessionBody, RestoreSessionBody } from './operations/restore.ts';
export type {
  SessionContext,
  SetApprovalModeBody,
  SetSessionModeBody,
  SetSessionModelBody,
  SupportedCommands,
} from './operations/settings.ts';
export type { Health, HealthQuery, Probe } from './operations/system.ts';
export type { PendingPromptList, PromptAccepted, PromptBody, PromptMode } from './operations/turns.ts';
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
