import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Logger } from '../../ports/logger.ts';
import { silentLogger } from '../../runtime/silent-logger.ts';
import { GroupCommit } from '../group-commit.ts';
import type { JournalStore } from '../store.ts';
import { Watchers } from '../watchers.ts';
import { readBootId } from './boot-id.ts';
import { type Database, openDatabase } from './database.ts';
import { inspectFile, unreadable } from './inspect-file.ts';
import { KeyTable } from './key-table.ts';
import { migrateFile } from './migrate-file.ts';
import { migrations } from './migrations.ts';
import { makePrivate } from './private-file.ts';
import { SqliteIndex } from './sqlite-index.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { type Beginning, recordCleanStop, startUp } from './start-up.ts';
import { StreamWriter } from './stream-writer.ts';
import { Sweeper } from './sweeper.ts';
import type { JournalSync } from './sync-policy.ts';
import { Tails } from './tails.ts';
import { Transactions } from './transactions.ts';
import { WriteHealth } from './write-health.ts';

export interface SqliteStoreOptions {
  /** The database file; made when it is missing, in a directory that exists. */
  readonly path: string;
  readonly sync: JournalSync;
  readonly clock: Clock;
  readonly ids: Ids;
  /** What changes when the machine starts anew; default the kernel's boot id. */
  readonly bootId?: string;
  /** Name and version of the program, kept in the file; default "holdfast". */
  readonly program?: string;
  readonly logger?: Logger;
  /** Opens the connection; default the file at `path`. */
  readonly connect?: (path: string) => Database;
}

/**
 * Opens the journal and session index in an SQLite file (WAL), whose only writer this process must be.
 * @throws state_unreadable if the file is no database, another program's, a newer version's, or cannot be written.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<JournalStore> {
  const bootId = options.bootId ?? (await readBootId());
  inspectFile(options.path);
  await migrateFile(options.path, { migrations, logger: options.logger ?? silentLogger });
  const connect = options.connect ?? ((path: string) => openDatabase(path, { readOnly: false }));
  let database: Database | undefined;
  try {
    makePrivate(options.path);
    database = connect(options.path);
    const beginning = startUp(database, { ids: options.ids, bootId, program: options.program ?? 'holdfast' });
    return assemble(database, beginning, options);
  } catch (thrown) {
    database?.close();
    throw unreadable(options.path, thrown);
  }
}

function assemble(database: Database, beginning: Beginning, options: SqliteStoreOptions): JournalStore {
  const { clock, sync, logger = silentLogger } = options;
  const { epoch, isRestored, powerLosses, indexSeq } = beginning;
  const tails = new Tails(database, powerLosses);
  const keys = new KeyTable(database);
  const watchers = new Watchers(logger);
  const sweeper = new Sweeper(database, { clock, logger });
  const streams = new StreamWriter(database, tails, powerLosses);
  const health = new WriteHealth(database, { clock, logger });
  const transactions = new Transactions({ database, sync, tails, streams, keys, indexSeq, health });
  const group = new GroupCommit({
    clock,
    write: (commits) => transactions.write(commits),
    onDurable: (commit) => {
      watchers.announce(commit);
      if (commit.erase !== undefined && commit.erase.length > 0) sweeper.start();
    },
  });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeStore({ database, group, sweeper, health, logger });
    return closed;
  };
  sweeper.start();
  const journal = new SqliteJournal({
    ...{ database, epoch, isRestored, health, clock, tails, keys, watchers, group, close },
  });
  const index = new SqliteIndex(database, () => transactions.indexSeq);
  return { journal, index, close };
}

async function closeStore(parts: {
  readonly database: Database;
  readonly group: GroupCommit;
  readonly sweeper: Sweeper;
  readonly health: WriteHealth;
  readonly logger: Logger;
}): Promise<void> {
  parts.sweeper.close();
  parts.group.close();
  parts.health.close();
  try {
    recordCleanStop(parts.database);
  } catch (thrown) {
    // The next start takes it for a crash, which is safe.
    parts.logger.warn({ err: thrown }, 'the journal could not record that it was closed');
  } finally {
    parts.database.close();
  }
}
