import type { Logger } from '../../ports/logger.ts';
import type { GroupCommit } from '../group-commit.ts';
import type { Checkpoints } from './checkpoints.ts';
import { type Database, openDatabase } from './database.ts';
import type { LogFile } from './log-file.ts';
import { recordCleanStop } from './start-up.ts';
import type { Sweeper } from './sweeper.ts';
import type { WriteHealth } from './write-health.ts';

export interface OpenStore {
  readonly path: string;
  readonly database: Database;
  readonly log: LogFile;
  readonly group: GroupCommit;
  readonly checkpoints: Checkpoints;
  readonly sweeper: Sweeper;
  readonly health: WriteHealth;
  readonly logger: Logger;
}

/** Writes and syncs what is pending, and closes everything a store holds. */
export async function closeStore(store: OpenStore): Promise<void> {
  store.sweeper.close();
  await store.group.close();
  await store.checkpoints.close();
  store.health.close();
  if (store.health.isLost) closeAsCrashed(store);
  else closeInOrder(store);
  store.log.close();
}

function closeInOrder({ database, logger }: OpenStore): void {
  try {
    recordCleanStop(database);
  } catch (thrown) {
    // The next start takes it for a crash, which is safe.
    logger.warn({ err: thrown }, 'the journal could not record that it was closed');
  } finally {
    database.close();
  }
}

/**
 * Leaves the log as a crash would, for the next start to check: after a failed sync what is read of it may no longer be
 * what was written. The last connection to close moves the log into the database, unless it may only read.
 */
function closeAsCrashed({ path, database }: OpenStore): void {
  let last: Database | undefined;
  try {
    last = openDatabase(path, { readOnly: true });
  } finally {
    database.close();
    last?.close();
  }
}
