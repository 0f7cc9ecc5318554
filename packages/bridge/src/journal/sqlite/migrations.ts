import type { Database } from './database.ts';
import { replaceIndex } from './index-tables.ts';

/** Turns a journal of format `to` − 1 into one of format `to`, within the transaction that is open. */
export interface Migration {
  readonly to: number;
  readonly apply: (database: Database) => void;
}

/** One for each format after the first, in order. The newest is `schemaVersion`. */
export const migrations: readonly Migration[] = Object.freeze([
  // What agents offer is kept once, lists read no snapshot, erased sessions are told of. The next start fills the index.
  { to: 2, apply: (database) => replaceIndex(database) },
]);
