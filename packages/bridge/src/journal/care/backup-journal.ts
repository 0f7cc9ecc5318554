import { linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { DaemonError } from '@holdfast/protocol';
import { copyDatabase, openDatabase, storeError } from '../sqlite/database.ts';
import { makePrivate } from '../sqlite/private-file.ts';
import type { CareOptions } from './care-options.ts';
import { inspectJournal } from './open-to-read.ts';

/** A backup that was made. */
export interface BackupReport {
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * Copies a journal as of one instant into one file, also while a daemon writes to it. The file appears once it is whole;
 * an existing one is never overwritten.
 * @throws invalid_option if `target` exists, state_unreadable if there is no journal, journal_unavailable if the copy fails.
 */
export async function backupJournal(
  path: string,
  target: string,
  { onProgress = () => {} }: CareOptions = {},
): Promise<BackupReport> {
  inspectJournal(path);
  refuseExisting(target);
  const draft = `${target}.partial`;
  try {
    // What an interrupted backup left.
    removeDatabase(draft);
    makePrivate(draft);
    await copyDatabase(path, draft, ({ totalPages, remainingPages }) =>
      onProgress({ done: totalPages - remainingPages, total: totalPages, unit: 'pages' }),
    );
    makePortable(draft);
    putInPlace(draft, target);
    return { path: target, sizeBytes: statSync(target).size };
  } catch (thrown) {
    removeDatabase(draft);
    throw storeFault(thrown, `the backup ${target} could not be written`);
  }
}

/** Makes a database one file that needs nothing beside it, so that it can be read from where nothing may be written. */
function makePortable(path: string): void {
  const database = openDatabase(path, { readOnly: false });
  try {
    database.exec('PRAGMA journal_mode = DELETE');
  } finally {
    database.close();
  }
}

function refuseExisting(target: string): void {
  if (statSync(target, { throwIfNoEntry: false }) === undefined) return;
  throw new DaemonError('invalid_option', `${target} exists: name a file that does not, or remove it`, {
    path: target,
  });
}

/** Gives a file its name unless somebody else took it meanwhile. */
function putInPlace(draft: string, target: string): void {
  try {
    linkSync(draft, target);
  } catch (thrown) {
    refuseExisting(target);
    // A file system without links.
    if (thrown instanceof Error) renameSync(draft, target);
    return;
  }
  rmSync(draft);
}

/** Removes a database and what SQLite keeps beside it. */
export function removeDatabase(path: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${end}`, { force: true });
}

/** What a copy that failed says: the disk's word, and what was tried. */
export function storeFault(thrown: unknown, attempt: string): DaemonError {
  if (thrown instanceof DaemonError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const error = storeError(thrown, attempt);
  return error.code === 'internal'
    ? new DaemonError('journal_unavailable', `${attempt}: ${message}`, {}, { cause: thrown })
    : error;
}
