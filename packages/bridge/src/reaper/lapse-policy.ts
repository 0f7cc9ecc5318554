/** What keeps a client registered with a session. */
export interface Attendance {
  /** Whether a prompt of it runs or waits. */
  readonly hasPrompt: boolean;
  /** Whether a stream of it is open. */
  readonly isReading: boolean;
  /** Epoch ms of its latest request. */
  readonly lastSeenAt: number;
}

/** Whether a registration has lapsed: its client waits for nothing and was not seen for longer than `idleTimeoutMs` (0 = never). */
export function hasLapsed(
  { hasPrompt, isReading, lastSeenAt }: Attendance,
  now: number,
  idleTimeoutMs: number,
): boolean {
  if (idleTimeoutMs === 0 || hasPrompt || isReading) return false;
  return now - lastSeenAt > idleTimeoutMs;
}
