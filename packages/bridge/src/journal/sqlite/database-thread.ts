import { answeringThread } from './answering-thread.ts';
import type { SqlValue } from './database.ts';

/** A statement with what it is bound to. */
export interface BoundStatement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/**
 * A database in a thread, with a connection of its own: what takes long there keeps nobody waiting here. It does one
 * thing after the other, and rejects as the driver throws; as on a closed database when the thread is gone.
 */
export interface DatabaseThread {
  /** All rows of a statement; `Row` is the tuple of its columns. */
  rows<Row extends readonly SqlValue[]>(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Runs the statements in one transaction: all of them or none. */
  transact(statements: readonly BoundStatement[]): Promise<void>;
  /** Ends the thread once it has done what it was asked. */
  close(): Promise<void>;
}

type Question = { readonly read: BoundStatement } | { readonly write: readonly BoundStatement[] };

type Outcome =
  | { readonly rows: readonly (readonly SqlValue[])[] }
  | { readonly message: string; readonly code: string; readonly errcode: number };

const program = (pragmas: string) => `
let database;
const statements = new Map();
function open() {
  const opened = new DatabaseSync(workerData.path, { timeout: 50 });
  opened.exec(${JSON.stringify(pragmas)});
  database = opened;
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
function transact(bound) {
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const { sql, values } of bound) prepared(sql).run(...values);
    database.exec('COMMIT');
  } catch (thrown) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw thrown;
  }
  return [];
}
function answer({ read, write }) {
  try {
    if (database === undefined) open();
    return { rows: read === undefined ? transact(write) : prepared(read.sql).all(...read.values) };
  } catch (thrown) {
    return { message: String(thrown.message), code: String(thrown.code), errcode: thrown.errcode ?? 0 };
  }
}
const end = () => database?.close();
`;

/** A thread that opens the file with the first thing it is asked; `pragmas` is what it then sets. */
export function databaseThread(path: string, pragmas = ''): DatabaseThread {
  const thread = answeringThread<Question, Outcome>(program(pragmas), path);
  const ask = async (question: Question) => {
    const outcome = await thread.ask(question);
    if ('rows' in outcome) return outcome.rows;
    const { message, code, errcode } = outcome;
    throw Object.assign(new Error(message), { code, errcode });
  };
  return {
    async rows<Row extends readonly SqlValue[]>(sql: string, values: readonly SqlValue[] = []) {
      // The tuple is the caller's reading of its own SQL text; each stands beside the other.
      return (await ask({ read: { sql, values } })) as unknown as readonly Row[];
    },
    async transact(statements) {
      await ask({ write: statements });
    },
    close: () => thread.close(),
  };
}
