import { maxTimerMs } from './system-clock.ts';

/** Keeps the process running until the returned call: the clock's own timers do not. */
export function keepAlive(): () => void {
  const timer = setInterval(() => {}, maxTimerMs);
  return () => clearInterval(timer);
}
