import { existsSync, rmSync, writeFileSync } from 'node:fs';

const markOf = (path: string) => `${path}.sync-failed`;

/**
 * Remembers that a sync of the journal failed: events that readers saw may be gone, as after a power loss. Beside the
 * journal and not in it, because what is written to that may be lost as well.
 */
export function markSyncFailure(path: string): void {
  writeFileSync(markOf(path), '', { mode: 0o600 });
}

export const hadSyncFailure = (path: string): boolean => existsSync(markOf(path));

/** The next start dealt with it. */
export function clearSyncFailure(path: string): void {
  rmSync(markOf(path), { force: true });
}
