import { HoldfastError } from '../holdfast-error.ts';
import { AbortScope } from '../runtime/abort-scope.ts';
import { type Runtime, sleep } from '../runtime/web-runtime.ts';
import type { OperationResults } from './operation-results.ts';
import { readProblem } from './problem.ts';
import { isRepeatable, type RetryOptions, retryDelayMs } from './retry-policy.ts';
import { type Query, type Route, type RouteText, routeOf, routeUrl } from './route-request.ts';

/** The part of `fetch` the SDK uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface TransportOptions {
  readonly baseUrl: string;
  /** Headers of every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
  /** Time for one attempt, answer included (ms); null waits for ever. */
  readonly timeoutMs: number | null;
  readonly retry: Required<RetryOptions>;
  readonly runtime: Runtime;
}

/** What one call says. */
export interface CallInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Query;
  readonly body?: unknown;
  /** A file in place of `body`: sent as it is, without a deadline. A stream is sent once, so such a call is not repeated. */
  readonly upload?: string | Uint8Array | Blob | ReadableStream<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly clientId?: string;
  /** Made up when absent and the operation honours one: the same for every attempt of this call. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  /** A status besides 2xx whose body is an answer. */
  readonly acceptsStatus?: number;
}

interface Attempt {
  readonly url: string;
  readonly init: RequestInit;
  readonly timeoutMs: number | null;
  readonly acceptsStatus: number | undefined;
}

/** Carries calls to the daemon: one route, one request, one answer or one HoldfastError. */
export class Transport {
  readonly runtime: Runtime;
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.runtime = options.runtime;
  }

  /**
   * Calls an operation, repeating it while that can help and can do no harm.
   * Rejects with the signal's reason when it aborts.
   * @throws HoldfastError
   */
  async call<N extends keyof OperationResults>(
    operation: RouteText<N>,
    input: CallInput = {},
  ): Promise<OperationResults[N]> {
    const { retry, runtime } = this.#options;
    const route = routeOf(operation);
    const attempt = this.#prepare(route, input);
    for (let failures = 0; ; failures++) {
      try {
        // The daemon's response schema of this operation guarantees the shape.
        return (await this.#exchange(attempt, input.signal)) as OperationResults[N];
      } catch (thrown) {
        const isSentOnce = !isRepeatable(route) || input.upload instanceof ReadableStream;
        const isFinal = !(thrown instanceof HoldfastError) || isSentOnce;
        const delayMs = isFinal ? undefined : retryDelayMs(thrown, failures, retry, runtime.random());
        if (delayMs === undefined) throw thrown;
        await sleep(runtime, delayMs, input.signal);
        input.signal?.throwIfAborted();
      }
    }
  }

  /** Opens a stream, once; the scope bounds the wait for its head and ends the stream. @throws HoldfastError */
  async open(
    operation: RouteText,
    input: CallInput,
    scope: AbortScope,
    mediaType = 'text/event-stream',
  ): Promise<Response> {
    const attempt = this.#prepare(routeOf(operation), input);
    try {
      const response = await this.#send(attempt, scope.signal);
      const type = response.headers.get('content-type') ?? '';
      if (!type.startsWith(mediaType)) throw unreadable(response, `is "${type}", not ${mediaType}`);
      return response;
    } catch (thrown) {
      throw this.explain(thrown, scope);
    }
  }

  #prepare(route: Route, input: CallInput): Attempt {
    const { baseUrl, headers, runtime, timeoutMs } = this.#options;
    const { upload } = input;
    const all = new Headers({ ...headers, ...input.headers });
    if (input.clientId !== undefined) all.set('holdfast-client-id', input.clientId);
    // Bytes in memory that is shared are refused by `fetch` itself.
    const file = upload as Exclude<typeof upload, Uint8Array> | Uint8Array<ArrayBuffer>;
    const body = file ?? (input.body === undefined ? undefined : JSON.stringify(input.body));
    if (body !== undefined)
      all.set('content-type', upload === undefined ? 'application/json' : 'application/x-ndjson');
    if (route.idempotency) all.set('idempotency-key', input.idempotencyKey ?? runtime.newKey());
    // A stream may only be sent with `duplex`, which the platform's types do not know yet. Source: WHATWG fetch.
    const fixed = { cache: 'no-store', duplex: 'half' } as const;
    const init = { method: route.method, headers: all, body, ...fixed };
    return {
      url: routeUrl(baseUrl, route, input.params ?? {}, input.query ?? {}),
      init,
      timeoutMs: upload === undefined ? timeoutMs : null,
      acceptsStatus: input.acceptsStatus,
    };
  }

  async #exchange(attempt: Attempt, signal: AbortSignal | undefined): Promise<unknown> {
    signal?.throwIfAborted();
    const scope = new AbortScope(this.runtime, signal);
    try {
      scope.expectWithin(attempt.timeoutMs);
      const response = await this.#send(attempt, scope.signal);
      const text = await response.text();
      if (text === '') return undefined;
      try {
        return JSON.parse(text);
      } catch {
        throw unreadable(response, 'is not JSON');
      }
    } catch (thrown) {
      signal?.throwIfAborted();
      throw this.explain(thrown, scope);
    } finally {
      scope.close();
    }
  }

  async #send({ url, init, acceptsStatus }: Attempt, signal: AbortSignal): Promise<Response> {
    const response = await this.#options.fetch(url, { ...init, signal });
    if (response.ok || response.status === acceptsStatus) return response;
    throw await readProblem(response, this.runtime.now());
  }

  /** Time for one attempt of a call (ms), null for ever. */
  get timeoutMs(): number | null {
    return this.#options.timeoutMs;
  }

  /** What it means that a request of this scope failed. */
  explain(thrown: unknown, scope: AbortScope): HoldfastError {
    if (thrown instanceof HoldfastError) return thrown;
    const { baseUrl } = this.#options;
    if (scope.hasTimedOut)
      return new HoldfastError({
        code: 'timeout',
        message: `${baseUrl} did not answer in time`,
        isRetryable: true,
        cause: thrown,
      });
    return new HoldfastError({
      code: 'unreachable',
      message: `Cannot reach ${baseUrl}: is the daemon running, and does the token or origin let this page in?`,
      isRetryable: true,
      cause: thrown,
    });
  }
}

const unreadable = (response: Response, what: string): HoldfastError =>
  new HoldfastError({
    code: 'unreadable_answer',
    message: `The answer of ${response.url} ${what}: is this the address of a Holdfast daemon?`,
    status: response.status,
  });
