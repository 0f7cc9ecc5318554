import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore, type SqliteStoreOptions } from '../journal/sqlite/open-sqlite-store.ts';
import type { JournalStore } from '../journal/store.ts';
import { randomIds } from '../runtime/random-ids.ts';
import { systemClock } from '../runtime/system-clock.ts';
import type { Medium } from './journal-samples.ts';

/** A directory of its own with a database in it. */
export interface SqliteMedium extends Medium {
  readonly directory: string;
  readonly path: string;
  open(options?: Partial<SqliteStoreOptions>): Promise<JournalStore>;
}

/** Makes a fresh directory; stores opened in it run on the machine's clock. */
export async function sqliteMedium(): Promise<SqliteMedium> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-journal-'));
  const path = join(directory, 'journal.db');
  return {
    directory,
    path,
    open: (options = {}) =>
      openSqliteStore({ path, sync: 'acks', clock: systemClock, ids: randomIds, ...options }),
    dispose: () => rm(directory, { recursive: true, force: true }),
  };
}
