import type { Clock } from '../ports/clock.ts';

/** The longest a Node timer can wait (2^31 − 1 ms); longer ones would fire at once. */
export const maxTimerMs = 2_147_483_647;

/** The machine's clock. Its timers are bounded by `maxTimerMs` and keep no process alive. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  elapsedMs: () => performance.now(),
  after(delayMs: number, task: () => void) {
    const timer = setTimeout(task, Math.min(Math.max(delayMs, 0), maxTimerMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
  nextTick: (task: () => void) => void setImmediate(task),
});
