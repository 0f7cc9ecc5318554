/** Runs `npm ci` when node_modules is absent or older than the lockfile. */
export function ensureInstalled(): void;
/** Builds all packages when any source is newer than its package's output. */
export function ensureBuilt(): Promise<void>;
