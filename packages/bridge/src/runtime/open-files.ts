import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../ports/clock.ts';
import { type OpenFiles, openFilePolicy } from './open-file-policy.ts';

/** A look at the process is good for this long: looking costs more the more files are open. */
const lookMs = 100;

/**
 * Says when this process is about to run out of file descriptors, so that what would take more is refused while there
 * are some left for what goes on.
 */
export class OpenFileGauge {
  readonly #clock: Clock;
  readonly #count: () => OpenFiles | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #shortage: string | undefined;

  constructor(clock: Clock, count: () => OpenFiles | undefined = countOpenFiles) {
    this.#clock = clock;
    this.#count = count;
  }

  /** What is short, in words for people; undefined while nothing is, or where the system does not tell. */
  shortage(): string | undefined {
    const now = this.#clock.elapsedMs();
    if (now - this.#lookedAt >= lookMs) {
      this.#lookedAt = now;
      const counted = this.#count();
      this.#shortage = counted === undefined ? undefined : openFilePolicy(counted);
    }
    return this.#shortage;
  }
}

/** Tells whether a system call failed because this process, or the machine, has no file descriptor left. */
export const isOutOfFiles = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE');

/** Counts this process's descriptors against its soft limit (RLIMIT_NOFILE); undefined elsewhere than on Linux. */
export function countOpenFiles(): OpenFiles | undefined {
  try {
    const limit = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
    if (Number.isNaN(limit)) return undefined;
    // Descriptors over the limit, had before it was lowered, take no room under it; one is the look itself.
    const taken = readdirSync('/proc/self/fd').filter((name) => Number(name) < limit);
    return { count: taken.length - 1, limit };
  } catch (error) {
    return isOutOfFiles(error) ? { count: Number.POSITIVE_INFINITY, limit: 0 } : undefined;
  }
}
