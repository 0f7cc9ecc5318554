/** Time, as everything in the bridge sees it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds since some instant: measures durations, because no setting of the clock moves it. */
  elapsedMs(): number;
  /** Runs `task` once after `delayMs` unless the returned call comes first. Never keeps the process alive. */
  after(delayMs: number, task: () => void): () => void;
  /** Runs `task` at the end of this event-loop turn. */
  nextTick(task: () => void): void;
}
