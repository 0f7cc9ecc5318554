import type { CreateSessionBody, ImportAgentSessionBody, SessionDescription } from '@holdfast/protocol/view';
import type { CallOptions, SubmitOptions } from './call-options.ts';
import { ClientCalls } from './client-calls.ts';
import { type EventStream, eventStream } from './events/event-stream.ts';
import { type IndexEvent, indexEvents, type WatchSessionsOptions } from './events/index-events.ts';
import { defaultReconnect, type ReconnectOptions } from './events/subscribe.ts';
import { type Runtime, webRuntime } from './runtime/web-runtime.ts';
import { Session } from './session.ts';
import { defaultRetry, type RetryOptions } from './transport/retry-policy.ts';
import * as routes from './transport/routes.gen.ts';
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
export class HoldfastClient extends ClientCalls {
  readonly #reconnect: Required<ReconnectOptions>;
  readonly #clientId: string | undefined;

  constructor(options: HoldfastClientOptions) {
    super(transportOf(options));
    this.#reconnect = { ...defaultReconnect, ...options.reconnect };
    this.#clientId = options.clientId;
  }

  /** Takes over a session that an agent kept by itself so far, its past included. @throws HoldfastError session_exists */
  async importAgentSession(
    agent: string,
    agentSessionId: string,
    { signal, idempotencyKey, ...body }: SubmitOptions & ImportAgentSessionBody = {},
  ): Promise<Session> {
    const created = await this.transport.call(routes.importAgentSession, {
      ...{ signal, idempotencyKey, body },
      params: { agent, agentSessionId },
      clientId: this.#clientId,
    });
    const { sessionId, clientId } = created;
    return new Session(this.transport, this.#reconnect, { sessionId, clientId, created });
  }

  /** Creates a session, or attaches to the one of the same directory and agent: see `created.attached`. @throws HoldfastError */
  async createSession(body: CreateSessionBody = {}, options: SubmitOptions = {}): Promise<Session> {
    const created = await this.transport.call(routes.createSession, {
      ...options,
      body,
      clientId: this.#clientId,
    });
    const { sessionId, clientId } = created;
    return new Session(this.transport, this.#reconnect, { sessionId, clientId, created });
  }

  /** Names a session without asking the daemon. A `clientId` kept from its creation makes us the same client again. */
  session(sessionId: string, { clientId }: { readonly clientId?: string } = {}): Session {
    return new Session(this.transport, this.#reconnect, { sessionId, clientId: clientId ?? this.#clientId });
  }

  /**
   * Follows the sessions of the daemon: a snapshot, which is the first page of the list with these filters, then every
   * session that changes, filters or not, with its whole row; one that changes often is told of in its latest state.
   * Whatever becomes of the connection, no change is missed. After `reset` everything known is void, a snapshot follows.
   * @throws HoldfastError where coming back cannot help
   */
  watchSessions({ signal, ...options }: WatchSessionsOptions = {}): EventStream<IndexEvent> {
    return eventStream(
      (inner) => indexEvents(this.transport, this.#reconnect, { ...options, signal: inner }),
      signal,
    );
  }

  /** A session in full, closed or not. @throws HoldfastError */
  describeSession(sessionId: string, options: CallOptions = {}): Promise<SessionDescription> {
    return this.session(sessionId).describe(options);
  }
}

function transportOf(options: HoldfastClientOptions): Transport {
  const { baseUrl, token, userAgent, retry = defaultRetry, timeoutMs = 90_000 } = options;
  const headers: Record<string, string> = {};
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (userAgent !== undefined) headers['user-agent'] = userAgent;
  return new Transport({
    baseUrl: baseUrl.replace(/\/+$/, ''),
    headers,
    // Called as a function of nobody: a browser's fetch refuses to be a method of something else.
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    timeoutMs,
    retry: { ...defaultRetry, ...(retry ?? { maxAttempts: 1 }) },
    runtime: options.runtime ?? webRuntime,
  });
}
