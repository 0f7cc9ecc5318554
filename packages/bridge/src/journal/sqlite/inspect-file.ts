import { statSync } from 'node:fs';
import { DaemonError } from '@holdfast/protocol';
import { type Database, openDatabase } from './database.ts';
import { applicationId, schemaVersion } from './schema.ts';

/**
 * Looks at the file without changing it, before it is opened for writing; gives the format it is in. A missing or empty
 * one is fine: 0.
 * @throws state_unreadable if it is no database, another program's, or a newer version's.
 */
export function inspectFile(path: string): number {
  if (isNew(path)) return 0;
  let database: Database | undefined;
  try {
    database = openDatabase(path, { readOnly: true });
    return inspect(path, database);
  } catch (thrown) {
    throw unreadable(path, thrown);
  } finally {
    database?.close();
  }
}

/** Says that the file cannot be used, and keeps what already says so. */
export function unreadable(path: string, thrown: unknown): DaemonError {
  if (thrown instanceof DaemonError && thrown.code === 'state_unreadable') return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const remedy = isOfTheDisk(thrown)
    ? 'make room or make it writable, then try again'
    : 'move it away, or name another state directory';
  return new DaemonError(
    'state_unreadable',
    `${path} cannot be opened as a journal (${message}); ${remedy}`,
    { path },
    { cause: thrown },
  );
}

/** SQLite's result codes for a file that is sound where the disk is not: PERM, READONLY, IOERR, FULL. */
const diskFaults = [3, 8, 10, 13];

const isOfTheDisk = (thrown: unknown) =>
  thrown instanceof Error &&
  'errcode' in thrown &&
  typeof thrown.errcode === 'number' &&
  diskFaults.includes(thrown.errcode & 0xff);

function isNew(path: string): boolean {
  const file = statSync(path, { throwIfNoEntry: false });
  return file === undefined || (file.isFile() && file.size === 0);
}

function inspect(path: string, database: Database): number {
  const [tables = 0] = database.prepare<[number]>('SELECT count(*) FROM sqlite_schema').row() ?? [];
  const [application = 0] = database.prepare<[number]>('PRAGMA application_id').row() ?? [];
  const [version = 0] = database.prepare<[number]>('PRAGMA user_version').row() ?? [];
  if (application !== applicationId) {
    // A daemon killed while it made the file leaves an empty one: what it wrote was one transaction.
    if (tables === 0 && application === 0 && version === 0) return 0;
    throw new DaemonError(
      'state_unreadable',
      `${path} is a database of another program; move it away, or name another state directory`,
      { path },
    );
  }
  if (version > schemaVersion) {
    throw new DaemonError(
      'state_unreadable',
      `${path} has journal format ${version} and this program reads up to ${schemaVersion}; it was left untouched: run the newer program again, or name another state directory`,
      { path, version, supported: schemaVersion },
    );
  }
  return version;
}
