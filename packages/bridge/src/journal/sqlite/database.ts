import { statSync } from 'node:fs';
import { backup, DatabaseSync, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { DaemonError } from '@holdfast/protocol';

export type SqlValue = string | number | bigint | null;

/** A prepared statement; `Row` is the tuple of its columns. */
export interface Statement<Row extends readonly SqlValue[]> {
  /** Runs it; how many rows changed. */
  run(...values: readonly SqlValue[]): number;
  /** The first row. */
  row(...values: readonly SqlValue[]): Row | undefined;
  rows(...values: readonly SqlValue[]): readonly Row[];
}

/** One connection. Everything is synchronous: a call blocks the event loop until the store has answered. */
export interface Database {
  /** Whether a transaction is open; a failing store ends it by itself. */
  readonly isInTransaction: boolean;
  exec(sql: string): void;
  /** Prepares a statement once; the same text gives the same statement. */
  prepare<Row extends readonly SqlValue[] = []>(sql: string): Statement<Row>;
  close(): void;
}

/** How long a call waits for another program that holds the file, blocking; ours holds the state directory's lock. */
const busyTimeoutMs = 50;

/** Opens (and creates, unless read-only) the database file. Throws what the driver throws. */
export function openDatabase(path: string, options: { readonly readOnly: boolean }): Database {
  // `defensive` (newer Node versions) would forbid the repair of an index that cannot be dropped.
  const settings = { readOnly: false, timeout: busyTimeoutMs, defensive: false };
  return new NodeDatabase(options.readOnly ? openToRead(path) : new DatabaseSync(path, settings));
}

/** Also where nothing may be written: then SQLite cannot share the file, and may take it for unchanging. */
function openToRead(path: string): DatabaseSync {
  const settings = { readOnly: true, timeout: busyTimeoutMs };
  const database = new DatabaseSync(path, settings);
  try {
    database.exec('SELECT count(*) FROM sqlite_schema');
    return database;
  } catch (thrown) {
    database.close();
    const hasLog = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
    if (hasLog || !isCannotOpen(thrown)) throw thrown;
    const unchanging = pathToFileURL(path);
    unchanging.searchParams.set('immutable', '1');
    return new DatabaseSync(unchanging, settings);
  }
}

/** SQLite's result codes where the files beside a database can be neither read nor made: READONLY, CANTOPEN. */
const isCannotOpen = (thrown: unknown) =>
  thrown instanceof Error &&
  'errcode' in thrown &&
  typeof thrown.errcode === 'number' &&
  [8, 14].includes(thrown.errcode & 0xff);

/** How far a copy has come, in pages of the file. */
export interface CopyProgress {
  readonly totalPages: number;
  readonly remainingPages: number;
}

/** Pages copied between two turns of the event loop: some 40 ms. */
const pagesPerStep = 2_000;

/**
 * Copies a database as of one instant, its log included, while others write to it; `target` is overwritten.
 * Throws what the driver throws.
 */
export async function copyDatabase(
  source: string,
  target: string,
  onProgress: (progress: CopyProgress) => void = () => {},
): Promise<void> {
  const database = openToRead(source);
  try {
    // The open transaction keeps to one state of the file: without it every write of another connection starts the
    // copy anew, and beside a busy daemon it would never end.
    database.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
    await backup(database, target, { rate: pagesPerStep, progress: onProgress });
  } finally {
    database.close();
  }
}

/** Wraps what the driver threw; errors that are not the store's keep their own code. */
export function storeError(thrown: unknown, attempt: string): DaemonError {
  if (thrown instanceof DaemonError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new DaemonError(
    isDriverError(thrown) ? 'journal_unavailable' : 'internal',
    `${attempt}: ${message}`,
    {},
    {
      cause: thrown,
    },
  );
}

/** SQLite's own failures (disk full, read-only, busy, damaged), and calls on a closed database (Node.js errors, `ERR_SQLITE_ERROR`, `ERR_INVALID_STATE`). */
export function isDriverError(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !('code' in thrown)) return false;
  return thrown.code === 'ERR_SQLITE_ERROR' || thrown.code === 'ERR_INVALID_STATE';
}

/** SQLite's result codes for a file that is no sound database: CORRUPT, NOTADB; and a table that ought to be there. */
export const isDamage = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  'errcode' in thrown &&
  typeof thrown.errcode === 'number' &&
  ([11, 26].includes(thrown.errcode & 0xff) || thrown.message.startsWith('no such table'));

class NodeDatabase implements Database {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, NodeStatement>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get isInTransaction(): boolean {
    return this.#database.isTransaction;
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  prepare<Row extends readonly SqlValue[] = []>(sql: string): Statement<Row> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = new NodeStatement(this.#database.prepare(sql));
      this.#statements.set(sql, statement);
    }
    // The tuple is the caller's reading of its own SQL text; each stands beside the other.
    return statement as unknown as Statement<Row>;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

class NodeStatement implements Statement<readonly SqlValue[]> {
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    statement.setReturnArrays(true);
    this.#statement = statement;
  }

  run(...values: readonly SqlValue[]): number {
    return Number(this.#statement.run(...values).changes);
  }

  row(...values: readonly SqlValue[]): readonly SqlValue[] | undefined {
    // setReturnArrays makes rows arrays, which the driver's types do not follow; no column of ours is a blob.
    return this.#statement.get(...values) as unknown as readonly SqlValue[] | undefined;
  }

  rows(...values: readonly SqlValue[]): readonly (readonly SqlValue[])[] {
    // As in `row`.
    return this.#statement.all(...values) as unknown as readonly (readonly SqlValue[])[];
  }
}
