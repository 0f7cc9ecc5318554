/** What one socket write costs, mostly in the kernel: the more readers, the more events should share a write. */
const WINDOW_MS_PER_READER = 0.05;
const MAX_WINDOW_MS = 10;
/** Bytes (counted in characters) that are worth a flush of their own. */
const FULL_CHARS = 256 * 1024;

/**
 * How long a flush may still wait (ms); 0 is now. The window grows with the readers up to 10 ms and counts from the
 * last flush, so that the first event after a pause never waits. Windows under a timer's resolution are none: the
 * journal already gathers a tick's events into one batch.
 */
export function flushDelayMs(state: {
  readonly readers: number;
  readonly queuedChars: number;
  readonly sinceLastFlushMs: number;
}): number {
  const windowMs = Math.min(MAX_WINDOW_MS, state.readers * WINDOW_MS_PER_READER);
  if (windowMs < 1 || state.queuedChars >= FULL_CHARS) return 0;
  return Math.max(0, Math.ceil(windowMs - state.sinceLastFlushMs));
}
