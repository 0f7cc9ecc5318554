/** Descriptors a process has under its limit. */
export interface OpenFiles {
  readonly count: number;
  readonly limit: number;
}

/** Kept back for what is going on already: journal, agents that stop, probes that ask how we are. */
const reserve = (limit: number) => Math.min(64, Math.floor(limit / 8));

/** Why no further connection and no further agent should be let in; undefined while there is room. */
export function openFilePolicy({ count, limit }: OpenFiles): string | undefined {
  if (limit - count > reserve(limit)) return undefined;
  const taken = Number.isFinite(count) ? `${count} of ${limit} are in use` : 'none is left';
  return `file descriptors are short: ${taken}; close connections or sessions, or raise the limit (ulimit -n)`;
}
