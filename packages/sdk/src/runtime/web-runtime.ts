/** Time and chance, as everything in the SDK sees them. */
export interface Runtime {
  /** Epoch milliseconds. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  /** 128 random bits in hexadecimal. */
  newKey(): string;
  /** Runs `task` once after `delayMs` unless the returned call comes first. */
  after(delayMs: number, task: () => void): () => void;
}

/** The longest a timer can wait (2^31 − 1 ms); longer ones would fire at once. */
const maxTimerMs = 2_147_483_647;

/** The clock and the randomness of a browser, Node, Deno or Bun. */
export const webRuntime: Runtime = Object.freeze({
  now: () => Date.now(),
  random: () => Math.random(),
  // Not crypto.randomUUID: browsers withhold it from pages served over plain HTTP.
  newKey: () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
      '',
    ),
  after(delayMs: number, task: () => void) {
    const timer = setTimeout(task, Math.min(delayMs, maxTimerMs));
    return () => clearTimeout(timer);
  },
});

/** Waits `delayMs`, or until the signal aborts: cancellation is an outcome, the caller looks at its signal. */
export function sleep(runtime: Runtime, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = runtime.after(delayMs, finish);
    signal?.addEventListener('abort', finish);
  });
}
