import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { ReplayGate } from './replay-gate.ts';

function gate() {
  const clock = new FakeClock();
  const replay = new ReplayGate(clock);
  replay.heard();
  const passed: boolean[] = [];
  const pass = () => void replay.pass().then((mayGo) => passed.push(mayGo));
  return { clock, replay, passed, pass };
}

describe('the first prompt after a load', () => {
  it('goes out once nothing was heard for 100 ms, and ends the replay', async () => {
    const { clock, replay, passed, pass } = gate();
    pass();
    await clock.advance(99);
    replay.heard();
    await clock.advance(99);
    expect([passed, replay.isOver]).toEqual([[], false]);
    await clock.advance(1);
    expect([passed, replay.isOver, clock.pending]).toEqual([[true], true, 0]);
  });

  it('goes out at once when the replay ended long before', async () => {
    const { clock, passed, pass } = gate();
    await clock.advance(500);
    pass();
    await clock.advance(0);
    expect([passed, clock.pending]).toEqual([[true], 0]);
  });

  it('goes out after 2 s though the agent goes on speaking', async () => {
    const { clock, replay, passed, pass } = gate();
    pass();
    for (let ms = 0; ms < 1_950; ms += 50) {
      await clock.advance(50);
      replay.heard();
    }
    expect(passed).toEqual([]);
    await clock.advance(50);
    expect([passed, clock.pending]).toEqual([[true], 0]);
    replay.heard();
    expect(clock.pending).toBe(0);
  });

  it('stays here when it is cancelled, and the next one waits in its place', async () => {
    const { clock, replay, passed, pass } = gate();
    expect(replay.cancel()).toBe(false);
    pass();
    expect(replay.cancel()).toBe(true);
    await clock.advance(0);
    expect([passed, replay.isOver, replay.cancel()]).toEqual([[false], false, false]);
    pass();
    await clock.advance(100);
    expect([passed, replay.isOver]).toEqual([[false, true], true]);
  });
});
