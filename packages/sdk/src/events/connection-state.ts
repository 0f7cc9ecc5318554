import { type Envelope, isSessionTerminal } from '@holdfast/protocol/view';
import type { HoldfastError } from '../holdfast-error.ts';
import { type BackoffBounds, backoffMs } from './backoff.ts';

/** How far a subscription has come. */
export interface Position {
  /** The greatest id taken; undefined before the first when it began at the tail. */
  readonly cursor: number | undefined;
  /** The numbering the cursor belongs to. */
  readonly eventEpoch: string | undefined;
}

/** The state of a subscription: what it does now and where it stands. */
export type ConnectionState =
  | { readonly phase: 'connecting'; readonly position: Position; readonly failures: number }
  | {
      readonly phase: 'open';
      readonly position: Position;
      readonly failures: number;
      /** The numbering this connection speaks of. */
      readonly serverEpoch: string | undefined;
    }
  | {
      readonly phase: 'waiting';
      readonly position: Position;
      readonly failures: number;
      readonly delayMs: number;
      readonly cause: HoldfastError;
    }
  | { readonly phase: 'ended'; readonly position: Position; readonly reason: 'session_terminal' | 'stopped' }
  | { readonly phase: 'failed'; readonly position: Position; readonly error: HoldfastError };

/** What happens to a subscription. */
export type ConnectionInput =
  | { readonly type: 'opened'; readonly eventEpoch: string | undefined }
  | { readonly type: 'taken'; readonly batch: Batch }
  | {
      readonly type: 'lost';
      readonly cause: HoldfastError;
      readonly backoff: BackoffBounds;
      readonly random: number;
    }
  | { readonly type: 'waited' }
  | { readonly type: 'stopped' };

/** The new events of one read, and where they lead. */
export interface Batch {
  readonly events: readonly Envelope[];
  readonly position: Position;
  readonly isTerminated: boolean;
}

/** Begins a subscription. */
export const connectionFrom = (position: Position): ConnectionState => ({
  phase: 'connecting',
  position,
  failures: 0,
});

/** Moves a subscription on; an input that means nothing in its state leaves it as it is. */
export function advance(state: ConnectionState, input: ConnectionInput): ConnectionState {
  if (state.phase === 'ended' || state.phase === 'failed') return state;
  const { position, failures } = state;
  switch (input.type) {
    case 'opened':
      if (state.phase !== 'connecting') return state;
      return {
        phase: 'open',
        position: adopt(position, input.eventEpoch),
        failures,
        serverEpoch: input.eventEpoch,
      };
    case 'taken':
      return state.phase === 'open' ? afterBatch(state, input.batch) : state;
    case 'lost': {
      const { cause } = input;
      if (state.phase === 'waiting') return state;
      if (!cause.isRetryable) return { phase: 'failed', position, error: cause };
      const delayMs = (cause.retryAfterMs ?? 0) + backoffMs(input.backoff, failures, input.random);
      return { phase: 'waiting', position, failures: failures + 1, delayMs, cause };
    }
    case 'waited':
      return state.phase === 'waiting' ? { phase: 'connecting', position, failures } : state;
    case 'stopped':
      return { phase: 'ended', position, reason: 'stopped' };
    default:
      return input satisfies never;
  }
}

/**
 * Takes what one read brought: each recorded event once and in order, synthetic ones (without id) as they come,
 * nothing after a terminal of the session.
 */
export function takeBatch(
  state: Extract<ConnectionState, { phase: 'open' }>,
  received: readonly Envelope[],
): Batch {
  let { cursor, eventEpoch } = state.position;
  const events: Envelope[] = [];
  for (const event of received) {
    if (event.id !== undefined) {
      if (cursor !== undefined && event.id <= cursor) continue;
      cursor = event.id;
    } else if (event.type === 'state_resync_required') {
      // What follows is a replay from the earliest event there is, under the numbering of this connection.
      cursor = beforeEarliest(event.data);
      eventEpoch = state.serverEpoch;
    }
    events.push(event);
    if (isSessionTerminal(event.type))
      return { events, position: { cursor, eventEpoch }, isTerminated: true };
  }
  return { events, position: { cursor, eventEpoch }, isTerminated: false };
}

function afterBatch(state: Extract<ConnectionState, { phase: 'open' }>, batch: Batch): ConnectionState {
  const { position, events } = batch;
  if (batch.isTerminated) return { phase: 'ended', position, reason: 'session_terminal' };
  // Only what the journal sent proves the connection good: a daemon that opens streams and breaks them at once is not.
  const isProven =
    position.cursor !== state.position.cursor || events.some(({ type }) => type === 'replay_complete');
  return { ...state, position, failures: isProven ? 0 : state.failures };
}

/**
 * A cursor keeps the numbering it was counted in until the daemon has said that a replay follows: were the
 * connection cut in between, the next one could not tell that the cursor means nothing any more.
 */
function adopt(position: Position, serverEpoch: string | undefined): Position {
  const isAtStake = position.cursor !== undefined && position.cursor > 0 && position.eventEpoch !== undefined;
  return isAtStake ? position : { ...position, eventEpoch: serverEpoch ?? position.eventEpoch };
}

function beforeEarliest(resync: unknown): number {
  if (typeof resync !== 'object' || resync === null || !('earliestAvailableId' in resync)) return 0;
  const { earliestAvailableId: earliest } = resync;
  return typeof earliest === 'number' ? Math.max(0, earliest - 1) : 0;
}
