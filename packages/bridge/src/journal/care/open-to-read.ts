import { statSync } from 'node:fs';
import { DaemonError } from '@holdfast/protocol';
import { type Database, openDatabase } from '../sqlite/database.ts';
import { inspectFile, unreadable } from '../sqlite/inspect-file.ts';

/**
 * Opens a journal without changing it, also while a daemon writes to it; gives the format it is in.
 * @throws state_unreadable if there is none, it is another program's, or a newer version's.
 */
export function openToRead(path: string): { readonly database: Database; readonly version: number } {
  const version = inspectJournal(path);
  try {
    return { database: openDatabase(path, { readOnly: true }), version };
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
}

/** The format of a journal. @throws state_unreadable as `openToRead`, and if nothing was ever written to it. */
export function inspectJournal(path: string): number {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    throw new DaemonError('state_unreadable', `there is no journal at ${path}`, { path });
  }
  const version = inspectFile(path);
  if (version > 0) return version;
  throw new DaemonError('state_unreadable', `${path} is empty: nothing was written to it yet`, { path });
}
