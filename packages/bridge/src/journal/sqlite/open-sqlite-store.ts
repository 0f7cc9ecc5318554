import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Logger } from '../../ports/logger.ts';
import { silentLogger } from '../../runtime/silent-logger.ts';
import { GroupCommit } from '../group-commit.ts';
import { IndexWatchers } from '../index-watchers.ts';
import type { JournalStore } from '../store.ts';
import { Watchers } from '../watchers.ts';
import { readBootId } from './boot-id.ts';
import { type Checkpointer, checkpointThread } from './checkpoint-thread.ts';
import { Checkpoints } from './checkpoints.ts';
import { closeStore } from './close-store.ts';
import { type Database, openDatabase } from './database.ts';
import { inspectFile, unreadable } from './inspect-file.ts';
import { KeyTable } from './key-table.ts';
import { type LogFile, openLogFile } from './log-file.ts';
import { migrateFile } from './migrate-file.ts';
import { migrations } from './migrations.ts';
import { makePrivate } from './private-file.ts';
import { PromptTable } from './prompt-table.ts';
import { Removals } from './removals.ts';
import { SqliteIndex } from './sqlite-index.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { type Beginning, startUp } from './start-up.ts';
import { StreamWriter } from './stream-writer.ts';
import { Sweeper } from './sweeper.ts';
import { clearSyncFailure, hadSyncFailure, markSyncFailure } from './sync-failure.ts';
import { SyncOrder } from './sync-order.ts';
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
  /** Opens the log beside it; default the file at `path`-wal. */
  readonly openLog?: (path: string) => LogFile;
  /** Default: a thread. */
  readonly checkpointer?: Checkpointer;
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
  let log: LogFile | undefined;
  try {
    makePrivate(options.path);
    database = connect(options.path);
    const beginning = startUp(database, {
      ...{ ids: options.ids, bootId, program: options.program ?? 'holdfast' },
      hadSyncFailure: hadSyncFailure(options.path),
    });
    clearSyncFailure(options.path);
    log = (options.openLog ?? openLogFile)(`${options.path}-wal`);
    return assemble({ database, log, beginning }, options);
  } catch (thrown) {
    database?.close();
    log?.close();
    throw unreadable(options.path, thrown);
  }
}

interface Opened {
  readonly database: Database;
  readonly log: LogFile;
  readonly beginning: Beginning;
}

function assemble({ database, log, beginning }: Opened, options: SqliteStoreOptions): JournalStore {
  const { path, clock, sync, logger = silentLogger, checkpointer = checkpointThread(path) } = options;
  const { epoch, isRestored, powerLosses, indexSeq } = beginning;
  const onSyncFailure = (fault: string) => {
    health.lost(fault);
    checkpoints.stop();
    sweeper.close();
    try {
      markSyncFailure(path);
    } catch (thrown) {
      logger.error({ err: thrown }, 'the next start will not know that a sync failed');
    }
  };
  const checkpoints = new Checkpoints({ log, checkpointer, logger, onSyncFailure });
  const tails = new Tails(database, powerLosses);
  const keys = new KeyTable(database);
  const prompts = new PromptTable(database);
  const watchers = new Watchers(logger);
  const indexWatchers = new IndexWatchers(logger);
  const removals = new Removals(database, clock);
  const sweeper = new Sweeper(database, { clock, logger, checkpoints });
  const streams = new StreamWriter(database, tails, powerLosses);
  const health = new WriteHealth(database, { clock, logger, checkpoints });
  const transactions = new Transactions({
    database,
    tails,
    streams,
    keys,
    prompts,
    indexSeq,
    removals,
    health,
  });
  const order = new SyncOrder({ sync, log, onFailure: onSyncFailure });
  let indexSeqBefore = indexSeq;
  const group = new GroupCommit({
    clock,
    mayWrite: () => checkpoints.mayWrite(),
    write(commits) {
      indexSeqBefore = transactions.indexSeq;
      return transactions.write(commits);
    },
    settle(written) {
      order.settle(written, indexSeqBefore);
      checkpoints.wrote();
    },
    onDurable(commit) {
      watchers.announce(commit);
      indexWatchers.announce(commit);
      if ((commit.erase?.length ?? 0) > 0 || (commit.forget?.length ?? 0) > 0) sweeper.start();
    },
  });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeStore({ path, database, log, group, checkpoints, sweeper, health, logger });
    return closed;
  };
  sweeper.start();
  const journal = new SqliteJournal({
    ...{ database, epoch, isRestored, health, clock, tails, keys, prompts },
    ...{ watchers, group, order, checkpoints, close },
  });
  const index = new SqliteIndex({
    ...{ database, clock, removals, watchers: indexWatchers },
    indexSeq: () => Math.min(transactions.indexSeq, order.shownIndexSeq),
  });
  return { journal, index, close };
}
