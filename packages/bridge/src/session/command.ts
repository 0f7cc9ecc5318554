import type {
  AgentSessionId,
  ClientId,
  CompactionStrategy,
  Context,
  ErrorCode,
  PermissionOption,
  PermissionRequestId,
  PromptId,
  SessionId,
} from '@holdfast/protocol';
import type { SupportedPolicy } from '../permissions/mediation-policy.ts';
import type {
  AgentExit,
  ConversationState,
  InjectionOutcome,
  McpServer,
  PermissionOutcome,
  PromptAnswer,
} from '../ports/agents.ts';
import type { Compaction, PromptBlock, Settings } from './entry.ts';
import type { EditableMetadata } from './metadata.ts';
import type { MetadataCommand } from './metadata-command.ts';

/** What an abort asks for. */
export interface AbortRequest {
  /** Absent: the running prompt, or the one that is about to run. */
  readonly promptId?: PromptId;
  /** Everything that waits ends as well. */
  readonly clearsQueue: boolean;
}

/** Everything that can happen to a session. Nothing changes it but a command. */
export type SessionCommand =
  | ({ readonly kind: 'create' } & CreateDetails)
  | { readonly kind: 'register'; readonly clientId: ClientId }
  | { readonly kind: 'detach'; readonly clientId: ClientId }
  /** These were not seen for long. */
  | { readonly kind: 'lapse'; readonly clientIds: readonly ClientId[] }
  | { readonly kind: 'rename'; readonly displayName: string | null; readonly clientId?: ClientId }
  | MetadataCommand
  | {
      readonly kind: 'prompt';
      readonly promptId: PromptId;
      readonly content: readonly PromptBlock[];
      readonly clientId: ClientId | null;
      readonly deadlineMs: number | null;
      readonly meta: unknown;
      /** `inject` only where the agent can. */
      readonly onBusy: 'queue' | 'reject' | 'interrupt' | 'inject';
      readonly compaction?: Compaction;
    }
  /** Starts the next prompt if one may start: after a release, a binding, the end of a turn. */
  | { readonly kind: 'advance' }
  | ({ readonly kind: 'abort'; readonly clientId?: ClientId } & AbortRequest)
  | { readonly kind: 'deadline'; readonly promptId: PromptId }
  | { readonly kind: 'grace_over'; readonly promptId: PromptId }
  | {
      readonly kind: 'answered';
      readonly binding: number;
      readonly promptId: PromptId;
      readonly answer: PromptAnswer;
    }
  | {
      readonly kind: 'failed';
      readonly binding: number;
      readonly promptId: PromptId;
      readonly failure: Failure;
    }
  | {
      readonly kind: 'injection_answered';
      readonly binding: number;
      readonly promptId: PromptId;
      readonly outcome: InjectionOutcome | 'unknown';
    }
  | { readonly kind: 'updates'; readonly binding: number; readonly updates: readonly AgentUpdate[] }
  | {
      readonly kind: 'ask';
      readonly binding: number;
      readonly requestId: PermissionRequestId;
      readonly toolCall: Readonly<Record<string, unknown>>;
      readonly options: readonly PermissionOption[];
      readonly policy: SupportedPolicy;
    }
  | {
      readonly kind: 'vote';
      readonly requestId: PermissionRequestId;
      readonly outcome: PermissionOutcome;
      readonly clientId?: ClientId;
      readonly isLocal: boolean;
    }
  /** A vote that the policy does not admit: readers hear of it. */
  | {
      readonly kind: 'forbidden_vote';
      readonly requestId: PermissionRequestId;
      readonly reason: 'designated_mismatch' | 'remote_not_allowed';
      readonly clientId?: ClientId;
    }
  /** Ends a permission request without a vote: withdrawn by the agent, or timed out. */
  | { readonly kind: 'dismiss'; readonly requestId: PermissionRequestId; readonly reason: string }
  | {
      readonly kind: 'late_vote';
      readonly requestId: PermissionRequestId;
      readonly outcome: PermissionOutcome;
      readonly clientId?: ClientId;
    }
  /** A client asks for the session back. */
  | { readonly kind: 'reopen'; readonly intent: 'load' | 'resume' }
  | ({ readonly kind: 'bound' } & BoundDetails)
  | { readonly kind: 'not_bound'; readonly opening: number; readonly failure: Failure }
  | { readonly kind: 'agent_gone'; readonly binding: number; readonly exit: AgentExit }
  | { readonly kind: 'close'; readonly reason: CloseReason; readonly clientId?: ClientId }
  /** A client chose a model or mode that cannot be applied yet. */
  | ({ readonly kind: 'want'; readonly clientId?: ClientId } & Settings)
  /** The agent took a model or mode; it may have said so itself before, so the mode it left comes along. */
  | ({
      readonly kind: 'configured';
      readonly previousModeId?: string;
      readonly clientId?: ClientId;
    } & Settings)
  | {
      readonly kind: 'model_refused';
      readonly modelId: string;
      readonly error: string;
      readonly clientId?: ClientId;
    }
  /** A branch was taken from this session, or from a neighbour. */
  | {
      readonly kind: 'branched';
      readonly sourceSessionId: SessionId;
      readonly newSessionId: SessionId;
      readonly displayName: string;
    }
  | { readonly kind: 'remove'; readonly promptId: PromptId; readonly clientId?: ClientId }
  /** A graceful stop of the daemon: the running turn ends, the queue stays. */
  | { readonly kind: 'interrupt' }
  /** A client wants the agent's context compacted, by a turn of its own. `checkpointId` names the checkpoint made before. */
  | {
      readonly kind: 'compact';
      readonly promptId: PromptId;
      readonly strategy: CompactionStrategy;
      readonly instructions: string | null;
      readonly checkpointId: string;
      readonly clientId: ClientId | null;
      readonly deadlineMs: number | null;
      readonly onBusy: 'queue' | 'interrupt';
    }
  /** A client wants the conversation to begin anew. `checkpointId` names the checkpoint made before. */
  | {
      readonly kind: 'reset';
      readonly reason: 'new' | 'reset';
      readonly queue: 'keep' | 'drop';
      readonly checkpointId: string;
      readonly expectedGeneration?: number;
      readonly clientId?: ClientId;
    }
  /** A client wants the turns up to `upToEventId` cut off; they were counted in the conversation of `generation`. */
  | {
      readonly kind: 'trim';
      readonly generation: number;
      readonly upToEventId: number;
      readonly clientId?: ClientId;
    }
  | {
      readonly kind: 'checkpoint';
      readonly checkpointId: string;
      readonly name: string | null;
      readonly clientId?: ClientId;
    }
  /** A client wants the conversation back as it was at the checkpoint `restored`. */
  | {
      readonly kind: 'restore_checkpoint';
      readonly restored: string;
      readonly checkpointId: string;
      readonly expectedGeneration?: number;
      readonly clientId?: ClientId;
    }
  /** The daemon starts again and finds the session unfinished. */
  | { readonly kind: 'recover' }
  /** As `recover`, of a journal that was put back to an earlier day. */
  | { readonly kind: 'rewound' };

export type CommandOf<Kind extends SessionCommand['kind']> = Extract<SessionCommand, { kind: Kind }>;

/**
 * Commands whose commit need not survive power loss: nobody was promised anything yet, and nothing was done that must not be
 * done again. The start of a turn is not among them: a prompt is handed to an agent once.
 */
export const unpromised: ReadonlySet<SessionCommand['kind']> = new Set(['updates', 'ask', 'bound']);

/** An ACP SessionUpdate as it came. */
export type AgentUpdate = Readonly<Record<string, unknown>>;

export type CloseReason = 'client_close' | 'idle_timeout' | 'last_client_detached' | 'deleted';

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly agentCode?: number;
  /** The agent ends right after every start: it is not started again for now. */
  readonly isQuarantined?: boolean;
}

export interface CreateDetails {
  readonly sessionId: SessionId;
  readonly cwd: string;
  readonly workspace: string;
  readonly agent: string;
  readonly isDefaultTarget: boolean;
  readonly parentSessionId: SessionId | null;
  readonly displayName: string | null;
  readonly metadata: Partial<EditableMetadata>;
  readonly mcpServers: readonly McpServer[];
  readonly clientIds: readonly ClientId[];
  readonly agentSessionId: AgentSessionId;
  readonly agentState: ConversationState;
  /** Settings the client chose that the agent took. */
  readonly applied: Settings;
  /** What the session begins with; it starts with the next `advance`. */
  readonly prompt: FirstPrompt | null;
}

export interface FirstPrompt {
  readonly promptId: PromptId;
  readonly content: readonly PromptBlock[];
  readonly clientId: ClientId;
  readonly deadlineAt: number | null;
}

export interface BoundDetails {
  readonly opening: number;
  /** Clients that asked for the restore: registered with it. */
  readonly clientIds: readonly ClientId[];
  /** Settings of the session that the new binding took. */
  readonly applied: Settings;
  readonly agentSessionId: AgentSessionId;
  readonly pid: number;
  readonly agentState: ConversationState;
  readonly context: Exclude<Context, 'unchanged'>;
  /** With `reseeded`: the size of the transcript that goes before the next prompt. */
  readonly reseed: { readonly turns: number; readonly omittedTurns: number; readonly chars: number } | null;
}
