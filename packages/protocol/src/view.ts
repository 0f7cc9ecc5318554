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
export type { IndexEventData, IndexEventType, SessionPatch } from './events/index-events.ts';
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
export type {
  Checkpoint,
  CheckpointReason,
  CompactionStrategy,
  Generation,
  NewGeneration,
} from './model/checkpoint.ts';
export type { ContentBlock, PromptContent } from './model/content.ts';
export type { BranchedSession, CreatedSession, RestoredSession } from './model/created-session.ts';
export type { MetadataChanges } from './model/editable-metadata.ts';
export type { Envelope } from './model/envelope.ts';
export type { ExtensionSummary } from './model/extension.ts';
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
  RecordedTurn,
  ToolLine,
  TurnsGap,
} from './model/recorded-turn.ts';
export type { SessionFileEnd, SessionFileHeader } from './model/session-file.ts';
export type {
  ClosedReason,
  SessionDescription,
  SessionRow,
  SessionState,
  StrandedCause,
} from './model/session-row.ts';
export type { Trimmed } from './model/trimmed.ts';
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
  WatchSessionsQuery,
  WorkspaceSessionPage,
} from './operations/catalog.ts';
export type {
  AppliedCleanup,
  CleanupAction,
  CleanupOutcome,
  CleanupPlan,
  CleanupSkip,
  PlanCleanupBody,
  PlannedCleanup,
} from './operations/cleanup.ts';
export type {
  BranchCheckpointBody,
  CheckpointList,
  CompactionAccepted,
  CompactSessionBody,
  CreateCheckpointBody,
  GenerationList,
  ResetSessionBody,
  RestoreCheckpointBody,
} from './operations/context.ts';
export type { Operation, Scope } from './operations/define-operation.ts';
export type {
  ArchivedSessions,
  DeletedSessions,
  SessionBatchBody,
  UnarchivedSessions,
} from './operations/deletion.ts';
export type { Extension, PutExtensionBody, StoredExtension } from './operations/extensions.ts';
export type { StreamEventsQuery, TranscriptPage, TranscriptQuery } from './operations/history.ts';
export type {
  CloseSessionQuery,
  CreateSessionBody,
  Heartbeat,
  SessionMetadata,
  UpdateMetadataBody,
} from './operations/lifecycle.ts';
export type { EditedMetadata, EditMetadataBody, FieldResult } from './operations/metadata.ts';
export type { VotePermissionBody } from './operations/permissions.ts';
export type {
  MessagePage,
  PreviewItem,
  PreviewList,
  PreviewSessionsBody,
  ReadMessagesQuery,
  ResolvedSession,
  ResolveSessionQuery,
  SearchHit,
  SearchMatch,
  SearchPage,
  SearchSessionsQuery,
  SessionPreview,
} from './operations/reading.ts';
export type { BranchSessionBody, RestoreSessionBody } from './operations/restore.ts';
export type {
  SessionContext,
  SetApprovalModeBody,
  SetSessionModeBody,
  SetSessionModelBody,
  SupportedCommands,
} from './operations/settings.ts';
export type { AbortBody, AbortedPrompt, AbortedTurns, SteerBody } from './operations/steering.ts';
export type { Health, HealthQuery, Probe } from './operations/system.ts';
export type {
  ExportFormat,
  ExportSessionQuery,
  ImportedSession,
  ImportSessionQuery,
} from './operations/transfer.ts';
export type { TrimSessionBody } from './operations/trim.ts';
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
