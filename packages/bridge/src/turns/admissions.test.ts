import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { prompt } from '../testing/samples.ts';
import { Admissions, releaseFallbackMs } from './admissions.ts';

function admissions() {
  const clock = new FakeClock();
  let released = 0;
  const held = new Admissions(clock, () => {
    released += 1;
  });
  return { clock, held, released: () => released };
}

describe('an accepted prompt', () => {
  it('is held from the moment it is asked for until its answer left', () => {
    const { held, released } = admissions();
    held.hold(prompt('p1'));
    expect(held.isHeld(prompt('p1'))).toBe(true);
    held.release(prompt('p1'));
    held.release(prompt('p1'));
    expect(held.isHeld(prompt('p1'))).toBe(false);
    expect(released()).toBe(1);
  });

  it('is let go by itself, counted from when it was durable', async () => {
    const { clock, held, released } = admissions();
    held.hold(prompt('p1'));
    await clock.advance(10_000);
    expect(held.isHeld(prompt('p1'))).toBe(true);
    held.admitted(prompt('p1'));
    await clock.advance(releaseFallbackMs - 1);
    expect(released()).toBe(0);
    await clock.advance(1);
    expect(released()).toBe(1);
  });

  it('leaves no timer behind once it was let go', () => {
    const { clock, held } = admissions();
    held.hold(prompt('p1'));
    held.admitted(prompt('p1'));
    held.release(prompt('p1'));
    expect(clock.pending).toBe(0);
  });
});

it('settled means that no answer is outstanding', async () => {
  const { held } = admissions();
  await held.settled();
  held.hold(prompt('p1'));
  held.hold(prompt('p2'));
  let isSettled = false;
  const settled = held.settled().then(() => {
    isSettled = true;
  });
  held.release(prompt('p1'));
  await Promise.resolve();
  expect(isSettled).toBe(false);
  held.release(prompt('p2'));
  await settled;
});

it('nothing starts any more once the daemon stops', () => {
  const { held, released } = admissions();
  held.hold(prompt('p1'));
  held.pause();
  held.release(prompt('p1'));
  expect(released()).toBe(0);
});
