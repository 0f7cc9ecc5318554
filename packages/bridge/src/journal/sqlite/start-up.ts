import { type EventEpoch, eventEpochFrom } from '@holdfast/protocol';
import type { Ids } from '../../ports/ids.ts';
import type { Database } from './database.ts';
import { indexSchema } from './index-schema.ts';
import { repairIndexTables } from './index-tables.ts';
import { applicationId, extensionFactsIndex, horizonsTable, journalSchema, schemaVersion } from './schema.ts';
import { skippedIdsPerLoss } from './tails.ts';

export interface StartUpOptions {
  readonly ids: Ids;
  /** What changes when the machine starts anew; undefined where it cannot be told. */
  readonly bootId: string | undefined;
  /** Whether a sync failed before: then as much may be gone as after a power loss. */
  readonly hadSyncFailure: boolean;
  /** Name and version of the program that writes, for whoever finds the file. */
  readonly program: string;
}

export interface Beginning {
  readonly epoch: EventEpoch;
  /** How often the machine may have lost committed but unsynced events, over the life of the file. */
  readonly powerLosses: number;
  /** Number of the index's last row write. */
  readonly indexSeq: number;
  /** Whether the file is a backup that was put in place and no start has dealt with yet. */
  readonly isRestored: boolean;
}

/** Puts a database just opened in order: its tables, and the record of this start. */
export function startUp(database: Database, options: StartUpOptions): Beginning {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0');
  // What a crash left in the log was just read back against its checksums; only a copy of it is known to be on the disk.
  database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA cache_size = -8192');
  const version = database.prepare<[number]>('PRAGMA user_version').row()?.[0] ?? 0;
  if (version > 0) repairIndexTables(database);
  database.exec('BEGIN IMMEDIATE');
  if (version === 0) createTables(database, options.ids);
  database.exec(extensionFactsIndex);
  database.exec(horizonsTable);
  const beginning = recordStart(database, options);
  database.exec('COMMIT');
  // From here on commits wait for no disk: what must be synced is synced off the event loop.
  database.exec('PRAGMA synchronous = NORMAL');
  return beginning;
}

/** Records that everything is written: the next start has lost nothing. */
export function recordCleanStop(database: Database): void {
  database.exec('PRAGMA synchronous = FULL');
  writeMeta(database, 'is_clean', 1);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** Makes a copy of another journal one of its own: readers start anew, and nothing was lost in writing it. */
export function recordRestore(
  database: Database,
  { epoch, restoredFrom }: { readonly epoch: EventEpoch; readonly restoredFrom: string },
): void {
  writeMeta(database, 'epoch', epoch);
  writeMeta(database, 'is_clean', 1);
  writeMeta(database, 'restored_from', restoredFrom);
}

/** What was put in place last and no start has dealt with yet: the name that `recordRestore` was given. */
export function unsettledRestore(database: Database): string | undefined {
  const [name] =
    database.prepare<[string]>("SELECT value FROM meta WHERE name = 'restored_from'").row() ?? [];
  return name;
}

/** The restore is dealt with. */
export function settleRestore(database: Database): void {
  database.prepare("DELETE FROM meta WHERE name = 'restored_from'").run();
}

/** Keeps the number of the index's last row write; part of the transaction that wrote the row. */
export function recordIndexSeq(database: Database, indexSeq: number): void {
  writeMeta(database, 'index_seq', indexSeq);
}

function createTables(database: Database, ids: Ids): void {
  database.exec(journalSchema);
  database.exec(indexSchema);
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`);
  writeMeta(database, 'epoch', ids.uuid());
  writeMeta(database, 'is_clean', 1);
  writeMeta(database, 'power_losses', 0);
  writeMeta(database, 'index_seq', 0);
}

function recordStart(database: Database, options: StartUpOptions): Beginning {
  const { bootId, program, hadSyncFailure } = options;
  const meta = new Map(database.prepare<[string, string | number]>('SELECT name, value FROM meta').rows());
  const isOtherBoot = bootId === undefined || bootId !== meta.get('boot_id');
  const wasPowerLost = hadSyncFailure || (meta.get('is_clean') !== 1 && isOtherBoot);
  const powerLosses = Number(meta.get('power_losses')) + (wasPowerLost ? 1 : 0);
  const indexSeq = Number(meta.get('index_seq')) + (wasPowerLost ? skippedIdsPerLoss : 0);
  // Numbers of changes that were lost, and told to readers before, stand for nothing else.
  if (wasPowerLost) for (const name of ['index_seq', 'index_floor']) writeMeta(database, name, indexSeq);
  writeMeta(database, 'power_losses', powerLosses);
  writeMeta(database, 'boot_id', bootId ?? '');
  writeMeta(database, 'is_clean', 0);
  writeMeta(database, 'program', program);
  return {
    epoch: eventEpochFrom(String(meta.get('epoch'))),
    powerLosses,
    indexSeq,
    isRestored: meta.has('restored_from'),
  };
}

function writeMeta(database: Database, name: string, value: string | number): void {
  database.prepare('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)').run(name, value);
}
