/** What keeps a session from being idle. */
export interface Liveliness {
  readonly hasTurn: boolean;
  readonly queueLength: number;
  readonly subscribers: number;
  readonly isRestoring: boolean;
  /** Epoch ms of the latest sign of a client. */
  readonly lastSeenAt: number;
}

/** Whether a session is idle: nothing runs, waits or watches, and nobody was seen for longer than `idleTimeoutMs` (0 = never). */
export function isIdle(
  { hasTurn, queueLength, subscribers, isRestoring, lastSeenAt }: Liveliness,
  now: number,
  idleTimeoutMs: number,
): boolean {
  if (idleTimeoutMs === 0) return false;
  if (hasTurn || queueLength > 0 || subscribers > 0 || isRestoring) return false;
  return now - lastSeenAt > idleTimeoutMs;
}

/**
 * When somebody was last seen, by a clock that moved `jumpedMs` beyond the time that passed: a jump counts as no time at
 * all. Whether it was before or after the jump is not known, so it may come out later than it was, never earlier.
 */
export function seenAfterJump(lastSeenAt: number, now: number, jumpedMs: number): number {
  return Math.min(now, lastSeenAt + Math.max(0, jumpedMs));
}
