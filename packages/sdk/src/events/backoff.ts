/** Bounds of an exponential back-off (ms). */
export interface BackoffBounds {
  /** Upper end of the first wait. */
  readonly baseMs: number;
  /** Upper end of every wait. */
  readonly maxMs: number;
}

/**
 * Gives the wait before another attempt (ms): anywhere below an end that doubles with each failure, so that
 * clients which lost the daemon together do not come back together. `failures` counts those before, from 0;
 * `random` is in [0, 1).
 */
export const backoffMs = (bounds: BackoffBounds, failures: number, random: number): number =>
  random * Math.min(bounds.maxMs, bounds.baseMs * 2 ** failures);
