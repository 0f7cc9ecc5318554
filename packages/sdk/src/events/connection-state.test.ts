import { expect, test } from 'vitest';
import { closedAt, event, saying } from '../../test/events.ts';
import { HoldfastError } from '../holdfast-error.ts';
import { backoffMs } from './backoff.ts';
import { advance, type ConnectionState, connectionFrom, takeBatch } from './connection-state.ts';

const bounds = { baseMs: 1000, maxMs: 8000 };
const lost = (fields: { isRetryable: boolean; retryAfterMs?: number }) =>
  ({
    type: 'lost',
    cause: new HoldfastError({ code: 'stream_ended', message: '', ...fields }),
    backoff: bounds,
    random: 0.5,
  }) as const;

function opened(cursor: number | undefined, known: string | undefined, server: string | undefined) {
  const state = advance(connectionFrom({ cursor, eventEpoch: known }), {
    type: 'opened',
    eventEpoch: server,
  });
  if (state.phase !== 'open') throw new Error(`expected an open connection; got ${state.phase}`);
  return state;
}

test('a wait is below an end that doubles with each failure, up to the greatest', () => {
  expect([0, 1, 2, 3, 4, 40].map((failures) => backoffMs(bounds, failures, 0.5))).toEqual([
    500, 1000, 2000, 4000, 4000, 4000,
  ]);
  expect(backoffMs(bounds, 3, 0)).toBe(0);
});

test('a lost connection waits, longer after each failure in a row, and connects again', () => {
  const delays: number[] = [];
  let state: ConnectionState = opened(5, 'a', 'a');
  for (let loss = 0; loss < 3; loss++) {
    state = advance(state, lost({ isRetryable: true }));
    if (state.phase === 'waiting') delays.push(state.delayMs);
    state = advance(advance(state, { type: 'waited' }), { type: 'opened', eventEpoch: 'a' });
  }
  expect(delays).toEqual([500, 1000, 2000]);
});

test('what the journal sent ends the count of failures; the greeting of a broken stream does not', () => {
  const again = advance(advance(opened(5, 'a', 'a'), lost({ isRetryable: true })), { type: 'waited' });
  const open = advance(again, { type: 'opened', eventEpoch: 'a' });
  if (open.phase !== 'open') throw new Error('not open');
  const after = (received: ReturnType<typeof event>) =>
    advance(open, { type: 'taken', batch: takeBatch(open, [received]) });
  expect(after(event(undefined, 'stream_error', { error: 'disk' }))).toMatchObject({ failures: 1 });
  expect(after(saying(6, 'x'))).toMatchObject({ failures: 0 });
  expect(after(event(undefined, 'replay_complete'))).toMatchObject({ failures: 0 });
});

test('the wait a daemon asks for is added to ours', () => {
  const state = advance(opened(5, 'a', 'a'), lost({ isRetryable: true, retryAfterMs: 5000 }));
  expect(state).toMatchObject({ phase: 'waiting', delayMs: 5500 });
});

test('a refusal that cannot change ends the subscription for good', () => {
  const failed = advance(connectionFrom({ cursor: 1, eventEpoch: 'a' }), lost({ isRetryable: false }));
  expect(failed.phase).toBe('failed');
  expect(advance(failed, { type: 'waited' })).toBe(failed);
});

test('events at or below the cursor are repeats; synthetic ones and unknown types pass', () => {
  const batch = takeBatch(opened(5, 'a', 'a'), [
    saying(4, 'old'),
    saying(5, 'old'),
    event(undefined, 'replay_complete'),
    event(9, 'of_a_newer_daemon'),
    saying(9, 'again'),
  ]);
  expect(batch.events.map(({ type }) => type)).toEqual(['replay_complete', 'of_a_newer_daemon']);
  expect(batch.position.cursor).toBe(9);
});

test('nothing follows a terminal of the session', () => {
  const state = opened(1, 'a', 'a');
  const batch = takeBatch(state, [closedAt(2), saying(3, 'late')]);
  expect(batch.events).toEqual([closedAt(2)]);
  expect(advance(state, { type: 'taken', batch })).toMatchObject({
    phase: 'ended',
    reason: 'session_terminal',
  });
});

test('a cursor keeps its own numbering until the daemon says that a replay follows', () => {
  const state = opened(70, 'old', 'new');
  expect(state.position).toEqual({ cursor: 70, eventEpoch: 'old' });
  const resync = event(undefined, 'state_resync_required', {
    reason: 'epoch_reset',
    lastDeliveredId: 70,
    earliestAvailableId: 1,
  });
  const batch = takeBatch(state, [resync, saying(1, 'a'), saying(2, 'b')]);
  expect(batch.events).toHaveLength(3);
  expect(batch.position).toEqual({ cursor: 2, eventEpoch: 'new' });
});

test('a numbering is adopted at once where no cursor depends on it', () => {
  expect(opened(0, 'old', 'new').position.eventEpoch).toBe('new');
  expect(opened(undefined, undefined, 'new').position.eventEpoch).toBe('new');
  expect(opened(70, undefined, 'new').position.eventEpoch).toBe('new');
});
