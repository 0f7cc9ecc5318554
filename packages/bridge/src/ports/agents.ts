import type { AgentSessionId } from '@holdfast/protocol';

/** How to run one agent. */
export interface AgentDefinition {
  readonly name: string;
  /** Human-readable name. */
  readonly title: string;
  /** Executable: a path, or a name found on PATH. */
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the agent's environment; null removes. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Names of the daemon's environment variables this agent may see besides the common ones. */
  readonly passEnv: readonly string[];
  /** Working directory of the process; default the workspace root. */
  readonly cwd?: string;
  readonly isolation: 'workspace' | 'session';
}

/** What an agent said of itself in `initialize`, reduced to what the daemon decides by (ACP initialization). */
export interface AgentCapabilities {
  readonly canLoad: boolean;
  readonly canResume: boolean;
  readonly canFork: boolean;
  readonly canClose: boolean;
  readonly canList: boolean;
  /** It takes messages into a turn that runs (`_session/steering`). */
  readonly canInject: boolean;
  readonly acceptsEmbeddedContext: boolean;
  readonly acceptsImages: boolean;
  readonly acceptsAudio: boolean;
}

export interface AgentIntroduction {
  readonly protocolVersion: number;
  readonly capabilities: AgentCapabilities;
  readonly authMethods: readonly unknown[];
  readonly agentInfo: unknown;
}

/** How a process ended. */
export interface AgentExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last lines it wrote to stderr. */
  readonly stderrTail: string;
}

/** An MCP server as ACP's session/new takes it; opaque to the daemon. */
export type McpServer = Readonly<Record<string, unknown>>;

/** State an agent reports of a conversation when it opens: modes, models, config options as ACP shapes them. */
export interface ConversationState {
  readonly modes: unknown;
  readonly models: unknown;
  readonly configOptions: unknown;
}

/** A permission request of the agent. Exactly one `answer` reaches it, whatever happens. */
export interface AgentPermissionRequest {
  readonly toolCall: Readonly<Record<string, unknown>>;
  readonly options: readonly { readonly optionId: string; readonly name: string; readonly kind: string }[];
  /** Sends the outcome; later calls do nothing. */
  answer(outcome: PermissionOutcome): void;
  /** Aborts when the agent withdraws the request (`$/cancel_request`) or its process ends. */
  readonly withdrawn: AbortSignal;
}

export type PermissionOutcome =
  | { readonly outcome: 'selected'; readonly optionId: string }
  | { readonly outcome: 'cancelled' };

/** Who listens to one conversation. All calls are synchronous, in the order the agent wrote. */
export interface ConversationSink {
  /** ACP SessionUpdate objects as they came, unknown kinds included. */
  updates(updates: readonly Readonly<Record<string, unknown>>[]): void;
  permission(request: AgentPermissionRequest): void;
  /** A line of this conversation was dropped (over the message cap). */
  dropped(reason: string): void;
  /** The process ended; nothing follows. Called after the last update was delivered. */
  exited(exit: AgentExit): void;
}

/** A session the agent keeps by itself (ACP SessionInfo). */
export interface AgentSessionInfo {
  readonly agentSessionId: AgentSessionId;
  readonly cwd: string;
  readonly title: string | null;
  /** ISO 8601, as the agent says it. */
  readonly updatedAt: string | null;
}

export interface AgentSessionPage {
  readonly sessions: readonly AgentSessionInfo[];
  readonly nextCursor: string | undefined;
}

export interface OpenConversation {
  readonly cwd: string;
  readonly mcpServers: readonly McpServer[];
}

/** Whether a message joined the running turn; a refused one was not read. */
export type InjectionOutcome = 'taken' | 'refused';

/** The prompt's answer (ACP PromptResponse). */
export interface PromptAnswer {
  readonly stopReason: string;
  readonly usage?: unknown;
}

/**
 * One live agent process speaking ACP. Deadlines for everything but the prompt are the connection's own.
 * Every call throws DaemonError: `agent_error{agentCode, data}` for a JSON-RPC error, `agent_auth_required{authMethods}`
 * for −32000, `agent_exited{exitCode, signal, stderrTail}` when the process ends first, `init_timeout` or
 * `session_restore_timeout` when the agent does not answer in time (a late success is then closed on the agent).
 */
export interface AgentConnection {
  readonly agent: string;
  readonly pid: number;
  readonly introduction: AgentIntroduction;
  /** How it ended, once it has. */
  readonly exit: AgentExit | undefined;
  /** session/new. Updates that arrive before the answer are kept (bounded) and given to the sink right after it. */
  newSession(
    params: OpenConversation,
    sink: ConversationSink,
  ): Promise<ConversationState & { readonly agentSessionId: AgentSessionId }>;
  /** session/resume: no history is replayed. */
  resumeSession(
    agentSessionId: AgentSessionId,
    params: OpenConversation,
    sink: ConversationSink,
  ): Promise<ConversationState>;
  /**
   * session/load: messages, thoughts, tools and plans are dropped until the first prompt, which waits until the agent
   * replays no more; state updates reach the sink.
   */
  loadSession(
    agentSessionId: AgentSessionId,
    params: OpenConversation,
    sink: ConversationSink,
  ): Promise<ConversationState>;
  /**
   * session/load of a conversation that only the agent has: everything it replays is handed over, in order, once the
   * agent replays no more; state updates reach the sink too.
   */
  adoptSession(
    agentSessionId: AgentSessionId,
    params: OpenConversation,
    sink: ConversationSink,
  ): Promise<ConversationState & { readonly replayed: readonly Readonly<Record<string, unknown>>[] }>;
  /** session/list: the agent's own sessions, of one directory or all. The cursor is the agent's. */
  listSessions(query: { readonly cwd?: string; readonly cursor?: string }): Promise<AgentSessionPage>;
  /** session/fork (unstable): the head only. */
  forkSession(
    agentSessionId: AgentSessionId,
    params: OpenConversation,
    sink: ConversationSink,
  ): Promise<ConversationState & { readonly agentSessionId: AgentSessionId }>;
  /** session/prompt. No deadline. */
  prompt(agentSessionId: AgentSessionId, prompt: readonly unknown[], meta: unknown): Promise<PromptAnswer>;
  /**
   * `_session/steering`, an extension of ACP: a message for the turn that runs. Only where `canInject`.
   * @throws agent_error when the agent did not say whether it took the message
   */
  inject(
    agentSessionId: AgentSessionId,
    prompt: readonly unknown[],
    meta: unknown,
  ): Promise<InjectionOutcome>;
  /** session/cancel, a notification. */
  cancel(agentSessionId: AgentSessionId): void;
  /** session/set_mode, or set_config_option of category mode where offered. */
  setMode(agentSessionId: AgentSessionId, modeId: string): Promise<void>;
  /** set_config_option of category model, else the legacy session/set_model. */
  setModel(agentSessionId: AgentSessionId, modelId: string): Promise<void>;
  /** set_config_option of any option; answers all options as the agent reports them then, undefined where it does not. */
  setConfigOption(
    agentSessionId: AgentSessionId,
    configId: string,
    value: string | boolean,
  ): Promise<unknown>;
  /** session/close where offered; else only stops listening. Never throws. */
  closeSession(agentSessionId: AgentSessionId): Promise<void>;
  /** Stops listening to a conversation without telling the agent (abandoned binding): its later frames change nothing. */
  forget(agentSessionId: AgentSessionId): void;
}

/** Keeps a process from being stopped while something needs it. */
export interface AgentLease {
  readonly connection: AgentConnection;
  /** Gives it back; the process stops after the idle time-out once nobody holds it. Idempotent. */
  release(): void;
  /** Takes it out of service: no new lease gets it; it is stopped when the last one is released (killed now if sole). */
  retire(): void;
}

/** The agents of this host: what is configured, and the processes that run. */
export interface Agents {
  readonly definitions: ReadonlyMap<string, AgentDefinition>;
  /**
   * A ready process of (agent, workspace root), started if none runs; with `isolation: 'session'` always a new one.
   * @throws agent_not_found, agent_start_failed{agent, exitCode, stderrTail}, init_timeout{timeoutMs, stderrTail}
   */
  lease(agent: string, workspace: string): Promise<AgentLease>;
  /** How many processes run now. */
  processCount(): number;
  /** Stops every process and its descendants: EOF, TERM to the group, KILL to the group; resolves when none is left.
   * Once `hurry` resolves only KILL is left of that. */
  close(hurry?: Promise<void>): Promise<void>;
}
