import { answeringThread } from './answering-thread.ts';
import type { SqlValue } from './database.ts';

/** Reads a database in a thread with a connection of its own: what takes long there keeps nobody waiting here. */
export interface QueryThread {
  /**
   * All rows of a statement, as of the last commit; `Row` is the tuple of its columns. One statement after the other.
   * Rejects as the driver throws.
   */
  rows<Row extends readonly SqlValue[]>(sql: string, values: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Ends the thread once it has answered. */
  close(): Promise<void>;
}

interface Query {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

type QueryOutcome =
  | { readonly rows: readonly (readonly SqlValue[])[] }
  | { readonly message: string; readonly code: string; readonly errcode: number };

const program = `
let database;
const statements = new Map();
function open() {
  database = new DatabaseSync(workerData.path, { readOnly: true, timeout: 50 });
  database.exec('PRAGMA cache_size = -8192');
}
function prepared(sql) {
  let statement = statements.get(sql);
  if (statement === undefined) {
    statement = database.prepare(sql);
    statement.setReturnArrays(true);
    statements.set(sql, statement);
  }
  return statement;
}
function answer({ sql, values }) {
  try {
    if (database === undefined) open();
    return { rows: prepared(sql).all(...values) };
  } catch (thrown) {
    return { message: String(thrown.message), code: String(thrown.code), errcode: thrown.errcode ?? 0 };
  }
}
const end = () => database?.close();
`;

/** A thread that opens the file, which must be there, with its first query. */
export function queryThread(path: string): QueryThread {
  const thread = answeringThread<Query, QueryOutcome>(program, path);
  return {
    async rows<Row extends readonly SqlValue[]>(sql: string, values: readonly SqlValue[]) {
      const outcome = await thread.ask({ sql, values });
      if ('rows' in outcome) {
        // The tuple is the caller's reading of its own SQL text; each stands beside the other.
        return outcome.rows as unknown as readonly Row[];
      }
      const { message, code, errcode } = outcome;
      throw Object.assign(new Error(message), { code, errcode });
    },
    close: () => thread.close(),
  };
}
