import type {
  AgentDescriptor,
  AgentList,
  AgentSessionPage,
  Capabilities,
  CreateSessionBody,
  Health,
  ImportAgentSessionBody,
  ListAgentSessionsQuery,
  ListSessionsQuery,
  SessionDescription,
  SessionPage,
  WorkspaceSessionPage,
} from '@holdfast/protocol/view';
import type { CallOptions, SubmitOptions } from './call-options.ts';
import { defaultReconnect, type ReconnectOptions } from './events/subscribe.ts';
import { type Runtime, webRuntime } from './runtime/web-runtime.ts';
import { Session } from './session.ts';
import { defaultRetry, type RetryOptions } from './transport/retry-policy.ts';
import { type Fetch, Transport } from './transport/transport.ts';

export interface HoldfastClientOptions {
  /** Address of the daemon, e.g. `http://127.0.0.1:4170`; a path before the routes is kept. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string;
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch;
  /** A `clientId` that a session gave us before: there we are the same client again. Every other session gives us another. */
  readonly clientId?: string;
  /** How calls are repeated; null never does. */
  readonly retry?: RetryOptions | null;
  /** How event streams come back. */
  readonly reconnect?: ReconnectOptions;
  /** Time for one attempt of a call (ms, default 90 000); null waits for ever. */
  readonly timeoutMs?: number | null;
  /** Sent as `User-Agent`; browsers keep their own. */
  readonly userAgent?: string;
  /** Time and randomness; the platform's by default. */
  readonly runtime?: Runtime;
}

/** The daemon, as a client sees it. Holds no connection and nothing to close. */
export class HoldfastClient {
  readonly #transport: Transport;
  readonly #reconnect: Required<ReconnectOptions>;
  readonly #clientId: string | undefined;

  constructor(options: HoldfastClientOptions) {
    const { baseUrl, token, userAgent, retry = defaultRetry, timeoutMs = 90_000 } = options;
    const headers: Record<string, string> = {};
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    if (userAgent !== undefined) headers['user-agent'] = userAgent;
    this.#reconnect = { ...defaultReconnect, ...options.reconnect };
    this.#clientId = options.clientId;
    this.#transport = new Transport({
      baseUrl: baseUrl.replace(/\/+$/, ''),
      headers,
      // Called as a function of nobody: a browser's fetch refuses to be a method of something else.
      fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
      timeoutMs,
      retry: { ...defaultRetry, ...(retry ?? { maxAttempts: 1 }) },
      runtime: options.runtime ?? webRuntime,
    });
  }

  /** What this daemon is and can do. @throws HoldfastError */
  capabilities({ signal }: CallOptions = {}): Promise<Capabilities> {
    return this.#transport.call('capabilities', { signal });
  }

  /** Whether it works; a degraded one is an answer too. `deep` adds counts. @throws HoldfastError */
  health({ signal, deep }: CallOptions & { readonly deep?: boolean } = {}): Promise<Health> {
    return this.#transport.call('health', {
      signal,
      query: { deep: deep ? 1 : undefined },
      acceptsStatus: 503,
    });
  }

  /** The agents that can run. @throws HoldfastError */
  listAgents({ signal }: CallOptions = {}): Promise<AgentList> {
    return this.#transport.call('listAgents', { signal });
  }

  /** One agent. @throws HoldfastError agent_not_found */
  getAgent(agent: string, { signal }: CallOptions = {}): Promise<AgentDescriptor> {
    return this.#transport.call('getAgent', { signal, params: { agent } });
  }

  /** The sessions an agent keeps by itself; starts the agent. @throws HoldfastError capability_missing */
  listAgentSessions(
    agent: string,
    { signal, ...query }: CallOptions & ListAgentSessionsQuery = {},
  ): Promise<AgentSessionPage> {
    return this.#transport.call('listAgentSessions', { signal, params: { agent }, query });
  }

  /** Takes over a session that an agent kept by itself so far, its past included. @throws HoldfastError session_exists */
  async importAgentSession(
    agent: string,
    agentSessionId: string,
    { signal, idempotencyKey, ...body }: SubmitOptions & ImportAgentSessionBody = {},
  ): Promise<Session> {
    const created = await this.#transport.call('importAgentSession', {
      ...{ signal, idempotencyKey, body },
      params: { agent, agentSessionId },
      clientId: this.#clientId,
    });
    const { sessionId, clientId } = created;
    return new Session(this.#transport, this.#reconnect, { sessionId, clientId, created });
  }

  /** Creates a session, or attaches to the one of the same directory and agent: see `created.attached`. @throws HoldfastError */
  async createSession(body: CreateSessionBody = {}, options: SubmitOptions = {}): Promise<Session> {
    const created = await this.#transport.call('createSession', {
      ...options,
      body,
      clientId: this.#clientId,
    });
    const { sessionId, clientId } = created;
    return new Session(this.#transport, this.#reconnect, { sessionId, clientId, created });
  }

  /** Names a session without asking the daemon. A `clientId` kept from its creation makes us the same client again. */
  session(sessionId: string, { clientId }: { readonly clientId?: string } = {}): Session {
    return new Session(this.#transport, this.#reconnect, { sessionId, clientId: clientId ?? this.#clientId });
  }

  /** A session in full, closed or not. @throws HoldfastError */
  describeSession(sessionId: string, options: CallOptions = {}): Promise<SessionDescription> {
    return this.session(sessionId).describe(options);
  }

  /** One page of the sessions of all workspaces, newest activity first unless sorted otherwise. @throws HoldfastError */
  listSessions(query: ListSessionsQuery = {}, { signal }: CallOptions = {}): Promise<SessionPage> {
    return this.#transport.call('listSessions', { signal, query });
  }

  /** All pages from the query's cursor on, each fetched when it is asked for. @throws HoldfastError */
  async *sessionPages(
    query: ListSessionsQuery = {},
    options: CallOptions = {},
  ): AsyncGenerator<SessionPage, void, undefined> {
    let { cursor } = query;
    do {
      const page = await this.listSessions({ ...query, cursor }, options);
      yield page;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  /** One page of the sessions of a working directory or workspace id. @throws HoldfastError */
  listWorkspaceSessions(
    workspace: string,
    { signal, ...query }: CallOptions & { readonly size?: number; readonly cursor?: string } = {},
  ): Promise<WorkspaceSessionPage> {
    return this.#transport.call('listWorkspaceSessions', { signal, params: { workspace }, query });
  }
}
