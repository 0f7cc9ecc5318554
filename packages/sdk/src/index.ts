export type {
  AgentDescriptor,
  AgentList,
  AgentSession,
  AgentSessionPage,
  BranchedSession,
  BranchSessionBody,
  Capabilities,
  ContentBlock,
  CreatedSession,
  CreateSessionBody,
  Envelope,
  ErrorCode,
  EventData,
  EventOf,
  EventType,
  Health,
  Heartbeat,
  ImportedAgentSession,
  ListSessionsQuery,
  PendingPromptList,
  PermissionOption,
  PermissionOutcome,
  PromptAccepted,
  RestoredSession,
  SessionContext,
  SessionDescription,
  SessionMetadata,
  SessionPage,
  SessionRow,
  SessionView,
  SupportedCommands,
  TranscriptPage,
  TranscriptQuery,
  WorkspaceSessionPage,
} from '@holdfast/protocol/view';
export type { CallOptions, SubmitOptions } from './call-options.ts';
export { HoldfastClient, type HoldfastClientOptions } from './client.ts';
export { agentText, isEvent } from './event-guards.ts';
export type { ConnectionState, Position } from './events/connection-state.ts';
export type { EventStream } from './events/event-stream.ts';
export type { ReconnectOptions } from './events/subscribe.ts';
export {
  type ClientErrorCode,
  HoldfastError,
  type HoldfastErrorCode,
  type HoldfastErrorFields,
} from './holdfast-error.ts';
export type { Runtime } from './runtime/web-runtime.ts';
export type { Session } from './session.ts';
export type { EventsOptions, PromptInput, PromptOptions } from './session-options.ts';
export {
  createSessionStore,
  type SessionSnapshot,
  type SessionStore,
  type SessionStoreOptions,
} from './store.ts';
export type { RetryOptions } from './transport/retry-policy.ts';
export type { Fetch } from './transport/transport.ts';
export type { AcceptedPrompt, TurnResult } from './turn.ts';
