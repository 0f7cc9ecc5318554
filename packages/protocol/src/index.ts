export { type ErrorCode, errorCodes, isErrorCode } from './errors/codes.ts';
export { asDaemonError, DaemonError, type ErrorDetails } from './errors/daemon-error.ts';
export { httpStatus, retryAfterSeconds } from './errors/http-status.ts';
export { Problem, toProblem } from './errors/problem.ts';
export { mayMeanUnknownSession, type RpcMeaning, rpcCodes, rpcMeaning } from './errors/rpc-code.ts';
export { faultOfEvent, faultOfFileEnd, faultOfFileHeader } from './events/check-recorded.ts';
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
export {
  type IndexEventData,
  type IndexEventType,
  indexEvents,
  SessionPatch,
} from './events/index-events.ts';
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
export {
  Checkpoint,
  CheckpointReason,
  CompactionStrategy,
  Generation,
  NewGeneration,
} from './model/checkpoint.ts';
export { ContentBlock, PromptContent } from './model/content.ts';
export { BranchedSession, CreatedSession, RestoredSession } from './model/created-session.ts';
export { Alias, Labels, MetadataChanges, metadataLimits, Notes } from './model/editable-metadata.ts';
export { Envelope } from './model/envelope.ts';
export { ExtensionNamespace, ExtensionSummary } from './model/extension.ts';
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
  RecordedTurn,
  ToolLine,
  TurnsGap,
} from './model/recorded-turn.ts';
export { SessionFileEnd, SessionFileHeader, sessionFileVersion } from './model/session-file.ts';
export {
  ClosedReason,
  MessagePreview,
  SessionDescription,
  SessionRow,
  SessionState,
  StrandedCause,
} from './model/session-row.ts';
export { Trimmed } from './model/trimmed.ts';
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
export { AgentList, ImportAgentSessionBody, ListAgentSessionsQuery } from './operations/agents.ts';
export { type OperationName, operations } from './operations/all.ts';
export {
  ListSessionsQuery,
  ListWorkspaceSessionsQuery,
  SessionPage,
  WatchSessionsQuery,
  WorkspaceSessionPage,
} from './operations/catalog.ts';
export {
  AppliedCleanup,
  CleanupAction,
  CleanupOutcome,
  CleanupPlan,
  CleanupSkip,
  PlanCleanupBody,
  PlannedCleanup,
} from './operations/cleanup.ts';
export {
  BranchCheckpointBody,
  CheckpointList,
  CompactionAccepted,
  CompactSessionBody,
  CreateCheckpointBody,
  GenerationList,
  ResetSessionBody,
  RestoreCheckpointBody,
} from './operations/context.ts';
export { defineOperation, type Operation, type Scope } from './operations/define-operation.ts';
export {
  ArchivedSessions,
  DeletedSessions,
  SessionBatchBody,
  UnarchivedSessions,
} from './operations/deletion.ts';
export { Extension, PutExtensionBody, StoredExtension } from './operations/extensions.ts';
export { StreamEventsQuery, TranscriptPage, TranscriptQuery } from './operations/history.ts';
export {
  CloseSessionQuery,
  CreateSessionBody,
  Heartbeat,
  SessionMetadata,
  UpdateMetadataBody,
} from './operations/lifecycle.ts';
export { EditedMetadata, EditMetadataBody, FieldResult } from './operations/metadata.ts';
export { VotePermissionBody } from './operations/permissions.ts';
export {
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
export { BranchSessionBody, RestoreSessionBody } from './operations/restore.ts';
export {
  SessionContext,
  SetApprovalModeBody,
  SetSessionModeBody,
  SetSessionModelBody,
  SupportedCommands,
} from './operations/settings.ts';
export { AbortBody, AbortedPrompt, AbortedTurns, SteerBody } from './operations/steering.ts';
export { Health, HealthQuery, Probe } from './operations/system.ts';
export {
  ExportFormat,
  ExportSessionQuery,
  ImportedSession,
  ImportSessionQuery,
} from './operations/transfer.ts';
export { TrimSessionBody } from './operations/trim.ts';
export { PendingPromptList, PromptAccepted, PromptBody, PromptMode } from './operations/turns.ts';
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
