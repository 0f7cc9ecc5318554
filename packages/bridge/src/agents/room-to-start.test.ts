import { it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { expectRefusal } from '../testing/test-bridge.ts';
import { roomToStart } from './room-to-start.ts';

function waiting() {
  const clock = new FakeClock();
  const abort = new AbortController();
  const state: { shortage: string | undefined } = { shortage: 'file descriptors are short' };
  const room = roomToStart({
    agent: 'fake',
    clock,
    timeoutMs: 1_000,
    shortage: () => state.shortage,
    signal: abort.signal,
  });
  return { clock, abort, state, room };
}

it('a start waits for descriptors and goes on once there are some', async () => {
  const { clock, state, room } = waiting();
  await clock.advance(500);
  state.shortage = undefined;
  await clock.advance(100);
  await room;
});

it('a start that waited in vain is refused as one that may be tried again', async () => {
  const { clock, room } = waiting();
  const refusal = expectRefusal(room, 'overloaded');
  await clock.advance(2_000);
  await refusal;
});

it('a start that nobody waits for any more is given up', async () => {
  const { clock, abort, room } = waiting();
  const refusal = expectRefusal(room, 'agent_start_failed');
  abort.abort();
  await clock.advance(200);
  await refusal;
});
