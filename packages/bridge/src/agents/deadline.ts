import type { Clock } from '../ports/clock.ts';

export interface Deadline<T> {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** What to reject with when time is up. */
  readonly expired: () => Error;
  /** Hears a success that came too late. */
  readonly late?: (value: T) => void;
}

/** Settles like `work`, or rejects at the deadline; whatever `work` does afterwards is taken care of. */
export function withDeadline<T>(work: Promise<T>, deadline: Deadline<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let isExpired = false;
    const cancel = deadline.clock.after(deadline.timeoutMs, () => {
      isExpired = true;
      reject(deadline.expired());
    });
    work.then(
      (value) => {
        cancel();
        if (isExpired) deadline.late?.(value);
        else resolve(value);
      },
      (error: unknown) => {
        cancel();
        // After expiry this does nothing: the caller has its error already.
        reject(error);
      },
    );
  });
}
