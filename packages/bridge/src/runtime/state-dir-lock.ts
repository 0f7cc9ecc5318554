import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DaemonError } from '@holdfast/protocol';
import { type Database, openDatabase } from '../journal/sqlite/database.ts';
import { makePrivate } from '../journal/sqlite/private-file.ts';

/** A state directory held by this process. */
export interface StateDirLock {
  /** Lets another one in. Idempotent. */
  release(): void;
}

/**
 * Takes a state directory for one bridge; it must exist. The lock is the kernel's, held through an open SQLite
 * transaction on the file `lock`, so that it ends with its process however that dies, needs no judgement about stale
 * files or reused pids, and holds between containers that share the directory.
 * @throws state_dir_in_use{stateDir, pid?} naming the owner, state_unreadable when the file cannot be locked
 */
export function lockStateDir(stateDir: string, owner: { readonly pid: number }): StateDirLock {
  const file = join(stateDir, 'lock');
  const ownerFile = join(stateDir, 'lock.owner');
  let database: Database | undefined;
  try {
    makePrivate(file);
    database = openDatabase(file, { readOnly: false });
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (cause) {
    database?.close();
    if (isBusy(cause)) throw inUse(stateDir, readPid(ownerFile), cause);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DaemonError(
      'state_unreadable',
      `${file} cannot be locked (${reason}): is the disk full or read-only?`,
      { stateDir },
      { cause },
    );
  }
  let held: Database | undefined = database;
  writeFileSync(ownerFile, `${owner.pid}\n`, { mode: 0o600 });
  return Object.freeze({
    release() {
      if (held === undefined) return;
      removeOwner(ownerFile);
      held.close();
      held = undefined;
    },
  });
}

function removeOwner(ownerFile: string): void {
  try {
    rmSync(ownerFile, { force: true });
  } catch {
    // The disk is read-only by now. The name means nothing without the lock.
  }
}

/** SQLite's primary result codes for a file another connection holds: SQLITE_BUSY, SQLITE_LOCKED. */
const isBusy = (cause: unknown) =>
  cause instanceof Error && 'errcode' in cause && (cause.errcode === 5 || cause.errcode === 6);

function inUse(stateDir: string, pid: number | undefined, cause: unknown): DaemonError {
  const owner = pid === undefined ? 'another process' : `process ${pid}`;
  return new DaemonError(
    'state_dir_in_use',
    `state directory ${stateDir} is used by ${owner}: use that daemon, stop it, or choose another state directory`,
    pid === undefined ? { stateDir } : { stateDir, pid },
    { cause },
  );
}

/** The owner writes its pid right after it took the lock; within that instant it is not known. */
function readPid(ownerFile: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(ownerFile, 'utf8'), 10);
    return Number.isSafeInteger(pid) ? pid : undefined;
  } catch {
    // Not written yet, or just removed: the message does without it.
    return undefined;
  }
}
