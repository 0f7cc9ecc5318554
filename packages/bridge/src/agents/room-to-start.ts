import { DaemonError } from '@holdfast/protocol';
import type { Clock } from '../ports/clock.ts';

export interface RoomToStart {
  readonly agent: string;
  readonly clock: Clock;
  /** How long a start may wait for descriptors. */
  readonly timeoutMs: number;
  /** What is short; undefined once there is room. */
  readonly shortage: () => string | undefined;
  /** Nobody waits any more. */
  readonly signal: AbortSignal;
}

const lookAgainMs = 100;

/**
 * Waits until there is room for the pipes of one more process: one that started without would fail in ways nobody
 * understands, and a prompt that was accepted would fail with it.
 * @throws overloaded when there is none in time; agent_start_failed when the start is given up.
 */
export async function roomToStart({ agent, clock, timeoutMs, shortage, signal }: RoomToStart): Promise<void> {
  const startedAt = clock.elapsedMs();
  for (let reason = shortage(); reason !== undefined; reason = shortage()) {
    if (signal.aborted) {
      throw new DaemonError('agent_start_failed', `Agent "${agent}" was not started: ${reason}`, { agent });
    }
    if (clock.elapsedMs() - startedAt >= timeoutMs) {
      throw new DaemonError('overloaded', `Agent "${agent}" cannot start: ${reason}`, { agent });
    }
    await new Promise<void>((resolve) => void clock.after(lookAgainMs, resolve));
  }
}
