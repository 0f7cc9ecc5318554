import { describe, expect, it } from 'vitest';
import { FakeClock, settled } from '../testing/fake-clock.ts';
import { testBridge } from '../testing/test-bridge.ts';
import { IdleReaper } from './idle-reaper.ts';

const hourMs = 3_600_000;
const limits = { sessionIdleTimeoutMs: 1_800_000, sessionReapIntervalMs: 60_000 };

/** Three idle sessions, a reaper at work, and how many of them are still open. */
async function scene() {
  const clock = new FakeClock(10 * hourMs);
  const { bridge, core, create } = await testBridge({ limits, clock });
  const reaper = new IdleReaper(core);
  reaper.start();
  const sessionIds = [await create(), await create(), await create()];
  const open = async () => {
    await settled();
    const states = await Promise.all(sessionIds.map((sessionId) => bridge.describeSession(sessionId)));
    return states.filter(({ state }) => state !== 'closed').length;
  };
  return { clock, open, close: () => reaper.close() };
}

describe('a clock that is set while sessions are idle', () => {
  it.each([
    ['back by an hour', -hourMs],
    ['forward by an hour', hourMs],
  ])('%s closes none of them early, and none of them late', async (_, byMs) => {
    const { clock, open, close } = await scene();
    await clock.advance(600_000);
    clock.jump(byMs);
    await clock.advance(limits.sessionReapIntervalMs);
    expect(await open()).toBe(3);
    await clock.advance(1_000_000);
    expect(await open()).toBe(3);
    await clock.advance(limits.sessionIdleTimeoutMs);
    expect(await open()).toBe(0);
    close();
  });

  it('back and forth closes none of them', async () => {
    const { clock, open, close } = await scene();
    for (const byMs of [-hourMs, hourMs, hourMs, -hourMs]) {
      clock.jump(byMs);
      await clock.advance(2 * limits.sessionReapIntervalMs);
    }
    expect(await open()).toBe(3);
    close();
  });
});
