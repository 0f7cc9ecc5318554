import { createHash } from 'node:crypto';
import { createReadStream, linkSync, renameSync, rmSync, statSync } from 'node:fs';
import { DaemonError, type EventEpoch, eventEpochFrom } from '@holdfast/protocol';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import { randomIds } from '../../runtime/random-ids.ts';
import { lockStateDir } from '../../runtime/state-dir-lock.ts';
import { systemClock } from '../../runtime/system-clock.ts';
import { copyDatabase, type Database, openDatabase } from '../sqlite/database.ts';
import { journalFileIn } from '../sqlite/journal-file.ts';
import { makePrivate } from '../sqlite/private-file.ts';
import { recordRestore, unsettledRestore } from '../sqlite/start-up.ts';
import { removeDatabase, storeFault } from './backup-journal.ts';
import type { CareOptions } from './care-options.ts';
import { inspectJournal, openToRead } from './open-to-read.ts';

/** What a restore did. */
export interface RestoreReport {
  readonly path: string;
  readonly eventEpoch: string;
  readonly sessions: number;
  /** Where the journal before is kept; null when there was none, or this very restore was done already. */
  readonly previous: string | null;
  /** Whether the backup was in place already and nothing had run since. */
  readonly wasDone: boolean;
}

export interface RestoreOptions extends CareOptions {
  readonly ids?: Ids;
}

/**
 * Puts a backup in place of a state directory's journal, which is kept beside it. Readers that come back are told to
 * start anew (another epoch); prompts that waited in the backup end at the next start instead of running. Doing it
 * again, also after it was interrupted, comes to the same.
 * @throws state_dir_in_use{pid?} while a daemon runs, state_unreadable if the backup is none, journal_unavailable if it
 * cannot be written.
 */
export async function restoreJournal(
  stateDir: string,
  backup: string,
  { onProgress = () => {}, clock = systemClock, ids = randomIds }: RestoreOptions = {},
): Promise<RestoreReport> {
  const path = journalFileIn(stateDir);
  const lock = lockStateDir(stateDir, { pid: process.pid });
  try {
    refuseItself(backup, path);
    inspectJournal(backup);
    const restoredFrom = await digestOf(backup);
    const before = standing(path);
    if (before?.restoredFrom === restoredFrom) {
      return { path, ...before.facts, previous: null, wasDone: true };
    }
    const draft = `${path}.restoring`;
    removeDatabase(draft);
    makePrivate(draft);
    await copyDatabase(backup, draft, ({ totalPages, remainingPages }) =>
      onProgress({ done: totalPages - remainingPages, total: totalPages, unit: 'pages' }),
    );
    const facts = prepare(draft, backup, { epoch: eventEpochFrom(ids.uuid()), restoredFrom });
    if (before !== undefined) settleLog(path);
    const previous = setAside(path, clock);
    renameSync(draft, path);
    return { path, ...facts, previous, wasDone: false };
  } catch (thrown) {
    throw storeFault(thrown, `${backup} could not be restored to ${path}`);
  } finally {
    lock.release();
  }
}

interface JournalFacts {
  readonly eventEpoch: string;
  readonly sessions: number;
}

function factsOf(database: Database): JournalFacts {
  const [eventEpoch = ''] =
    database.prepare<[string]>("SELECT value FROM meta WHERE name = 'epoch'").row() ?? [];
  const [sessions = 0] = database.prepare<[number]>('SELECT count(*) FROM streams').row() ?? [];
  return { eventEpoch, sessions };
}

function refuseItself(backup: string, path: string): void {
  const [one, other] = [backup, path].map((name) => statSync(name, { throwIfNoEntry: false }));
  if (one === undefined || other === undefined || one.ino !== other.ino || one.dev !== other.dev) return;
  throw new DaemonError('invalid_option', `${backup} is the journal itself: name a backup of it`, { path });
}

/** Stands for what a backup holds, its log included where it is a raw copy. */
async function digestOf(backup: string): Promise<string> {
  const digest = createHash('sha256');
  for (const file of [backup, `${backup}-wal`]) {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) continue;
    for await (const chunk of createReadStream(file)) digest.update(chunk);
  }
  return digest.digest('hex');
}

/** What is in place now; undefined when that cannot be read, which is a reason to restore. */
function standing(path: string) {
  try {
    const { database } = openToRead(path);
    try {
      return { restoredFrom: unsettledRestore(database), facts: factsOf(database) };
    } finally {
      database.close();
    }
  } catch {
    // None, or a broken one: there is nothing to find out about it.
    return undefined;
  }
}

/** Makes the copy a journal of its own. @throws state_unreadable if its structure is damaged */
function prepare(
  draft: string,
  backup: string,
  mark: { readonly epoch: EventEpoch; readonly restoredFrom: string },
): JournalFacts {
  const database = openDatabase(draft, { readOnly: false });
  try {
    const [verdict = 'no answer'] = database.prepare<[string]>('PRAGMA quick_check').row() ?? [];
    if (verdict !== 'ok') {
      throw new DaemonError(
        'state_unreadable',
        `${backup} is damaged (${verdict}); nothing was changed: restore another backup`,
        { path: backup },
      );
    }
    recordRestore(database, mark);
    const facts = factsOf(database);
    database.exec('PRAGMA journal_mode = DELETE');
    return facts;
  } finally {
    database.close();
  }
}

/** Gives the journal in place another name, and leaves it there too until the new one takes its place; null if none. */
function setAside(path: string, clock: Clock): string | null {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
  const instant = new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const kept = freeName(`${path}.before-restore-${instant}`);
  // A log that could not be settled belongs to this file alone: beside another one it would damage that.
  renameIfThere(`${path}-wal`, `${kept}-wal`);
  rmSync(`${path}-shm`, { force: true });
  try {
    linkSync(path, kept);
  } catch {
    // A file system without links: for an instant there is no journal.
    renameSync(path, kept);
  }
  return kept;
}

/** Writes what the log holds into the file, which could be opened just now: SQLite throws away the log of one that cannot. */
function settleLog(path: string): void {
  let database: Database | undefined;
  try {
    database = openDatabase(path, { readOnly: false });
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Damaged, or no database: it is kept as it is.
  } finally {
    database?.close();
  }
}

function freeName(name: string): string {
  for (let nth = 1; ; nth += 1) {
    const candidate = nth === 1 ? name : `${name}-${nth}`;
    if (statSync(candidate, { throwIfNoEntry: false }) === undefined) return candidate;
  }
}

function renameIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}
