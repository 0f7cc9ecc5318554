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
