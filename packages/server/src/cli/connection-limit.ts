import { readFileSync } from 'node:fs';

/** Files the daemon keeps for itself: journal, agents' pipes, modules. */
const reservedFiles = 256;

/** The largest number of sockets that leaves room under the open-file limit (RLIMIT_NOFILE), or what was asked. */
export function connectionLimit(wanted: number, openFileLimit: number | undefined): number {
  return openFileLimit === undefined ? wanted : Math.max(1, Math.min(wanted, openFileLimit - reservedFiles));
}

/** The soft limit of open files of this process; known on Linux only. */
export function openFileLimit(): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    // No /proc: not Linux, and the configured number stands.
    return undefined;
  }
}
