export type {
  AbortBody,
  AbortedPrompt,
  AbortedTurns,
  AgentDescriptor,
  AgentList,
  AgentSession,
  AgentSessionPage,
  AppliedCleanup,
  ArchivedSessions,
  BranchedSession,
  BranchSessionBody,
  Capabilities,
  Checkpoint,
  CleanupOutcome,
  CleanupPlan,
  CompactionAccepted,
  CompactSessionBody,
  ContentBlock,
  CreatedSession,
  CreateSessionBody,
  DeletedSessions,
  EditedMetadata,
  EditMetadataBody,
  Envelope,
  ErrorCode,
  EventData,
  EventOf,
  EventType,
  ExportFormat,
  ExportSessionQuery,
  Extension,
  FieldResult,
  Generation,
  Health,
  Heartbeat,
  ImportedAgentSession,
  ImportedSession,
  ListSessionsQuery,
  MessagePage,
  NewGeneration,
  PendingPromptList,
  PermissionOption,
  PermissionOutcome,
  PlanCleanupBody,
  PlannedCleanup,
  PreviewItem,
  PreviewList,
  PromptAccepted,
  PromptOutcome,
  ReadMessagesQuery,
  RecordedTurn,
  ResetSessionBody,
  ResolvedSession,
  ResolveSessionQuery,
  RestoredSession,
  SearchHit,
  SearchMatch,
  SearchPage,
  SearchSessionsQuery,
  SessionContext,
  SessionDescription,
  SessionMetadata,
  SessionPage,
  SessionPreview,
  SessionRow,
  SessionView,
  StoredExtension,
  SupportedCommands,
  TranscriptPage,
  TranscriptQuery,
  Trimmed,
  TurnsGap,
  UnarchivedSessions,
  WorkspaceSessionPage,
} from '@holdfast/protocol/view';
export type { CallOptions, ConditionOptions, SubmitOptions } from './call-options.ts';
export { HoldfastClient, type HoldfastClientOptions } from './client.ts';
export { agentText, isEvent, promptOf } from './event-guards.ts';
export type { ConnectionState, Position } from './events/connection-state.ts';
export type { EventStream } from './events/event-stream.ts';
export type { IndexEvent, WatchSessionsOptions } from './events/index-events.ts';
export type { ReconnectOptions } from './events/subscribe.ts';
export {
  type ClientErrorCode,
  HoldfastError,
  type HoldfastErrorCode,
  type HoldfastErrorFields,
} from './holdfast-error.ts';
export type { Runtime } from './runtime/web-runtime.ts';
export type { Session } from './session.ts';
export type { SessionCheckpoints } from './session-checkpoints.ts';
export type { SessionDownload, SessionFile } from './session-file.ts';
export type { EventsOptions, PromptInput, PromptOptions, SteerOptions } from './session-options.ts';
export {
  createSessionStore,
  type SessionSnapshot,
  type SessionStore,
  type SessionStoreOptions,
} from './store.ts';
export type { RetryOptions } from './transport/retry-policy.ts';
export type { Fetch } from './transport/transport.ts';
export type { AcceptedPrompt, TurnResult } from './turn.ts';
