import type { Envelope } from '@holdfast/protocol/view';
import { HoldfastError } from '../holdfast-error.ts';
import { AbortScope } from '../runtime/abort-scope.ts';
import { type Runtime, sleep } from '../runtime/web-runtime.ts';
import {
  advance,
  type ConnectionInput,
  type ConnectionState,
  connectionFrom,
  type Position,
  takeBatch,
} from './connection-state.ts';
import { readEvents } from './read-events.ts';

/** How a subscription keeps itself alive. */
export interface ReconnectOptions {
  /** Upper end of the first wait until the daemon names one with `retry:` (ms). Default 1000. */
  readonly baseMs?: number;
  /** Upper end of every wait (ms). Default 30 000. */
  readonly maxMs?: number;
  /** Silence after which a connection counts as dead (ms); heartbeats come every 15 s. Default 45 000. */
  readonly stallMs?: number;
}

export const defaultReconnect: Required<ReconnectOptions> = Object.freeze({
  baseMs: 1000,
  maxMs: 30_000,
  stallMs: 45_000,
});

/** What a subscription needs of the world. */
export interface EventSourcePort {
  readonly runtime: Runtime;
  readonly reconnect: Required<ReconnectOptions>;
  /** Opens the stream after a position. @throws HoldfastError */
  open(position: Position, scope: AbortScope): Promise<Response>;
  /** What is new in what one read brought; default as for a session. */
  readonly take?: typeof takeBatch;
}

export interface SubscribeOptions {
  readonly signal: AbortSignal;
  /** Is told of each change of phase. */
  readonly onConnection?: (state: ConnectionState) => void;
}

/**
 * Follows an event stream from a position, through every loss of the connection, as batches of what arrived together:
 * each recorded event once and in order. Returns after a terminal or when the signal aborts.
 * @throws HoldfastError where coming back cannot help
 */
export async function* subscribe(
  source: EventSourcePort,
  from: Position,
  { signal, onConnection }: SubscribeOptions,
): AsyncGenerator<readonly Envelope[], void> {
  const { runtime, reconnect, take = takeBatch } = source;
  let backoff = { baseMs: reconnect.baseMs, maxMs: reconnect.maxMs };
  let state = connectionFrom(from);
  const move = (input: ConnectionInput): ConnectionState => {
    const next = advance(state, input);
    if (next.phase !== state.phase) onConnection?.(next);
    return next;
  };
  const lose = (cause: HoldfastError): ConnectionState =>
    move(signal.aborted ? { type: 'stopped' } : { type: 'lost', cause, backoff, random: runtime.random() });

  onConnection?.(state);
  while (state.phase === 'connecting') {
    const scope = new AbortScope(runtime, signal);
    try {
      scope.expectWithin(reconnect.stallMs);
      const response = await source.open(state.position, scope);
      state = move({ type: 'opened', eventEpoch: eventEpochOf(response) });
      for await (const read of readEvents(response, scope, reconnect.stallMs)) {
        if (read.retryMs !== undefined) backoff = { ...backoff, baseMs: read.retryMs };
        if (state.phase !== 'open') break;
        const batch = take(state, read.events);
        // Handed out before it is told: whoever hears that the subscription has ended has seen everything.
        if (batch.events.length > 0) yield batch.events;
        state = move({ type: 'taken', batch });
        if (batch.isTerminated) break;
      }
      state = lose(streamEnded());
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError)) throw thrown;
      state = lose(thrown);
    } finally {
      scope.close();
    }
    if (state.phase === 'waiting') {
      await sleep(runtime, state.delayMs, signal);
      state = move(signal.aborted ? { type: 'stopped' } : { type: 'waited' });
    }
  }
  if (state.phase === 'failed') throw state.error;
}

const eventEpochOf = ({ headers }: Response): string | undefined =>
  headers.get('holdfast-event-epoch') ?? headers.get('x-qwen-event-epoch') ?? undefined;

const streamEnded = () =>
  new HoldfastError({
    code: 'stream_ended',
    message: 'The event stream ended before the session did',
    isRetryable: true,
  });
