import type {
  AgentDescriptor,
  BranchedSession,
  BranchSessionBody,
  ClientId,
  CreatedSession,
  CreateSessionBody,
  EventEpoch,
  Heartbeat,
  PendingPromptList,
  PermissionRequestId,
  PromptAccepted,
  PromptBody,
  PromptId,
  RestoredSession,
  RestoreSessionBody,
  SessionContext,
  SessionDescription,
  SessionId,
  SessionMetadata,
  SessionRow,
  SupportedCommands,
  TranscriptPage,
  TranscriptQuery,
  UpdateMetadataBody,
  VotePermissionBody,
} from '@holdfast/protocol';
import type { BridgeLimits } from './options.ts';
import type { JournalEvent, ReadLimit } from './ports/journal.ts';

/** Who asks. The server fills it from token, headers and socket; an embedding host from its own knowledge. */
export interface Caller {
  /** A token's name, or `local`. Scopes idempotency keys. */
  readonly principal: string;
  /** As sent; absent is anonymous. */
  readonly clientId?: ClientId;
  /** Whether the request came over a loopback socket (or from the embedding process itself). */
  readonly isLocal: boolean;
  /** Makes the request safe to repeat: the same key and body give the first answer again. */
  readonly idempotency?: { readonly key: string; readonly bodyHash: string };
}

/** An answer whose delivery matters: what was made for it is undone when it cannot be written. */
export interface Delivery<Answer> {
  readonly answer: Answer;
  /** The stored first answer, given again for the same idempotency key. */
  readonly isReplayed: boolean;
  /** The answer could not be written: removes what it made, unless somebody else attached meanwhile, or the request
   * carried an idempotency key or a prompt. Idempotent, never throws. */
  abandon(): Promise<void>;
}

/** An accepted prompt. It does not run, and no event of it is written, before `release` (or 250 ms). */
export interface Admission {
  readonly answer: PromptAccepted;
  readonly isReplayed: boolean;
  /**
   * The answer was handed to the kernel, or its socket closed: the turn begins. Its end is told no sooner than
   * `headStartMs` from now, for a client that can make nothing of an end it reads before the answer. Idempotent.
   */
  release(headStartMs?: number): void;
}

/** One reader of a session's events: a cursor and a wake-up, nothing else. */
export interface Subscription {
  /** Read events after this id first. */
  readonly after: number;
  /** Set when the reader's cursor means nothing any more: tell it, then start at `after`. */
  readonly resync?: {
    readonly reason: 'epoch_reset' | 'history_trimmed';
    readonly lastDeliveredId: number;
    readonly earliestAvailableId: number;
  };
  /** Set when a cursor was given: everything up to this id is replay, `replay_complete` follows it. */
  readonly replayTo?: number;
  /** Events after `after`; session terminals that a restore superseded are left out. Empty: nothing more now. */
  read(after: number, limit: ReadLimit): Promise<readonly JournalEvent[]>;
  /** Hears committed batches until the returned call. Always read from the cursor; a batch is a shortcut at the tail. */
  watch(onCommitted: (events: readonly JournalEvent[]) => void): () => void;
  /** The reader is gone. Idempotent. */
  leave(): void;
}

export interface SubscribeRequest {
  /** The reader's last id; 0 = from the earliest retained; absent = from now. */
  readonly after?: number;
  /** The event epoch the reader's cursor belongs to, when it says. */
  readonly epoch?: string;
}

export interface ListSessionsRequest {
  readonly limit?: number;
  readonly cursor?: string;
  readonly cwd?: string;
  readonly agent?: string;
  readonly state?: 'open' | 'closed';
  readonly archived?: boolean;
  readonly sort?: 'activity' | 'created';
}

export interface SessionList {
  readonly sessions: readonly SessionRow[];
  readonly nextCursor?: string;
  readonly total: number;
  readonly indexSeq: number;
}

/** Counters for `/health?deep=1`. */
export interface BridgeFigures {
  readonly sessions: number;
  readonly pendingPermissions: number;
  readonly activePrompts: number;
  readonly connectedClients: number;
  readonly agentProcesses: number;
}

/** Whether requests can be served, and why not. */
export type Readiness = { readonly isReady: true } | { readonly isReady: false; readonly reason: string };

/**
 * Sessions of coding agents, held in this process: the whole product without HTTP. Every method throws `DaemonError`
 * with a code of the error table; what each code means is in the protocol reference.
 */
export interface Bridge {
  readonly epoch: EventEpoch;
  /** Canonical workspace roots; the first is the default cwd. */
  readonly workspaces: readonly { readonly id: string; readonly cwd: string; readonly isPrimary: boolean }[];
  readonly defaultAgent: string;
  /** Limits and choices in force; `/capabilities` shows them. */
  readonly limits: BridgeLimits;

  listAgents(): readonly AgentDescriptor[];

  /** @throws agent_not_found, invalid_cwd, workspace_mismatch, agent_start_failed, init_timeout, … (protocol §3) */
  createSession(body: CreateSessionBody, caller: Caller): Promise<Delivery<CreatedSession>>;
  describeSession(sessionId: SessionId): Promise<SessionDescription>;
  /** The row of a live or stranded session. @throws session_not_found */
  getSessionStatus(sessionId: SessionId): Promise<SessionRow>;
  listSessions(request: ListSessionsRequest): Promise<SessionList>;
  /** Sessions of exactly that cwd, or of the whole workspace for a root or a workspace id. @throws workspace_mismatch */
  listWorkspaceSessions(workspace: string, page: { size?: number; cursor?: string }): Promise<SessionList>;

  /** Commits the prompt to the session's queue. @throws session_not_found, prompt_queue_full, agent_unavailable, … */
  promptSession(sessionId: SessionId, body: PromptBody, caller: Caller): Promise<Admission>;
  /** Cancels the running turn; queued prompts stay. A session without one is left alone. */
  cancelTurn(sessionId: SessionId, caller: Caller): Promise<void>;
  /** Without a session the request is looked up by its own id. @throws permission_not_found, invalid_option_id */
  votePermission(
    target: { readonly sessionId?: SessionId; readonly requestId: PermissionRequestId },
    body: VotePermissionBody,
    caller: Caller,
  ): Promise<void>;

  heartbeat(sessionId: SessionId, caller: Caller): Promise<Heartbeat>;
  /** Counts one registration of the caller less. Unknown sessions and clients are no error. */
  detach(sessionId: SessionId, caller: Caller): Promise<void>;
  /** Sets or clears the display name, of a closed session too. @throws invalid_metadata */
  updateMetadata(sessionId: SessionId, body: UpdateMetadataBody, caller: Caller): Promise<SessionMetadata>;
  /** Ends the session for everybody; its history stays. Resolves after the commit, never waiting for the agent. */
  closeSession(sessionId: SessionId, caller: Caller): Promise<void>;

  /** Brings a session back; joins a restore of the same kind. @throws restore_in_progress, session_restore_timeout, … */
  loadSession(
    sessionId: SessionId,
    body: RestoreSessionBody,
    caller: Caller,
  ): Promise<Delivery<RestoredSession>>;
  /** As load, but the cursor it answers continues at the session's tail. */
  resumeSession(
    sessionId: SessionId,
    body: RestoreSessionBody,
    caller: Caller,
  ): Promise<Delivery<RestoredSession>>;
  /** Makes a session of its own out of the past of another one. @throws branch_point_invalid, … */
  branchSession(
    sessionId: SessionId,
    body: BranchSessionBody,
    caller: Caller,
  ): Promise<Delivery<BranchedSession>>;
  /** @throws capability_missing, agent_error */
  setSessionModel(sessionId: SessionId, modelId: string, caller: Caller): Promise<void>;
  /** @throws invalid_mode, capability_missing, agent_error */
  setSessionMode(
    sessionId: SessionId,
    modeId: string,
    caller: Caller,
  ): Promise<{ readonly previous?: string }>;
  getSessionContext(sessionId: SessionId): Promise<SessionContext>;
  getSupportedCommands(sessionId: SessionId): Promise<SupportedCommands>;
  listPendingPrompts(sessionId: SessionId): Promise<PendingPromptList>;
  /** Takes a waiting prompt out of the queue; the running one is not touched. */
  removePendingPrompt(
    sessionId: SessionId,
    promptId: PromptId,
    caller: Caller,
  ): Promise<{ readonly removed: boolean }>;
  /** One page of recorded events. @throws invalid_cursor */
  getTranscript(sessionId: SessionId, query: TranscriptQuery): Promise<TranscriptPage>;

  /** Registers a reader. @throws session_not_found, subscriber_limit_exceeded */
  subscribe(sessionId: SessionId, request: SubscribeRequest): Promise<Subscription>;

  figures(): BridgeFigures;
  readiness(): Readiness;
  /** Admits nothing new, ends running turns `interrupted` after `drainTimeoutMs`, closes no session. Idempotent;
   * a second call with 0 ends the waiting, for turns and for agents that do not go. */
  close(options?: { readonly drainTimeoutMs?: number }): Promise<void>;
}
