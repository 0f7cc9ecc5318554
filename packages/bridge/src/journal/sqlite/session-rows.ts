import type { SessionId } from '@holdfast/protocol';
import type { SessionRow } from '../../ports/session-index.ts';
import { textChecksum } from './checksum.ts';
import type { Database, SqlValue, Statement } from './database.ts';
import { sessionColumns } from './schema.ts';

/** A row as it is stored, in the order of `sessionColumns`. */
export type StoredRow = [
  sessionId: string,
  cwd: string,
  workspace: string,
  agent: string,
  parentSessionId: string | null,
  createdAt: number,
  activityAt: number,
  displayName: string | null,
  agentTitle: string | null,
  firstPrompt: string | null,
  lifecycle: string,
  isArchived: number,
  isUnfinished: number,
  hasActivePrompt: number,
  isWaitingForPermission: number,
  clientCount: number,
  generation: number,
  revision: number,
  isDefaultTarget: number,
  snapshotSeq: number,
  snapshotCrc: number,
  snapshot: string,
];

// Columns that most writes leave alone and that many indexes hold: those writes skip them.
const steady = ['cwd', 'workspace', 'agent', 'created_at', 'lifecycle', 'is_archived', 'is_default_target'];
const lively = sessionColumns.filter((column) => column !== 'session_id' && !steady.includes(column));

/** Writes index rows within the open transaction, and numbers each write. */
export class SessionRowWriter {
  readonly #updateLively: NamedStatement;
  readonly #updateAll: NamedStatement;
  readonly #insert: NamedStatement;
  readonly #erase: Statement<[]>;

  constructor(database: Database) {
    const set = (columns: readonly string[]) => columns.map((column) => `${column} = :${column}`).join(', ');
    const others = sessionColumns.filter((column) => column !== 'session_id');
    const isSteady = steady.map((column) => `${column} = :${column}`).join(' AND ');
    const all = ['index_seq', ...sessionColumns];
    const update = 'UPDATE sessions SET index_seq = :index_seq,';
    const itself = 'WHERE session_id = :session_id';
    this.#updateLively = new NamedStatement(database, `${update} ${set(lively)} ${itself} AND ${isSteady}`);
    this.#updateAll = new NamedStatement(database, `${update} ${set(others)} ${itself}`);
    this.#insert = new NamedStatement(
      database,
      `INSERT INTO sessions (${all}) VALUES (${all.map((column) => `:${column}`)})`,
    );
    this.#erase = database.prepare('DELETE FROM sessions WHERE session_id = ?');
  }

  write(row: SessionRow, indexSeq: number): void {
    const values = [...toStored(row), indexSeq];
    if (this.#updateLively.run(values) > 0 || this.#updateAll.run(values) > 0) return;
    this.#insert.run(values);
  }

  /** Whether there was one. */
  erase(sessionId: SessionId): boolean {
    return this.#erase.run(sessionId) > 0;
  }
}

/** A statement whose `:column` parameters take their values from one list: `sessionColumns`, then `index_seq`. */
class NamedStatement {
  readonly #statement: Statement<[]>;
  readonly #places: readonly number[];

  constructor(database: Database, sql: string) {
    const order: readonly string[] = [...sessionColumns, 'index_seq'];
    // Plain `?` only: Node 22 does not bind a list of values to numbered parameters.
    this.#statement = database.prepare(sql.replace(/:\w+/g, '?'));
    this.#places = [...sql.matchAll(/:(\w+)/g)].map(([, column = '']) => order.indexOf(column));
  }

  /** How many rows changed. */
  run(values: readonly SqlValue[]): number {
    return this.#statement.run(...this.#places.map((place) => values[place] ?? null));
  }
}

/** Reads a stored row. A damaged snapshot reads as none, as of event 0: the journal can rebuild it. */
export function toSessionRow(stored: StoredRow): SessionRow {
  const [
    sessionId,
    cwd,
    workspace,
    agent,
    parentSessionId,
    createdAt,
    activityAt,
    displayName,
    agentTitle,
    firstPrompt,
    lifecycle,
    isArchived,
    isUnfinished,
    hasActivePrompt,
    isWaitingForPermission,
    clientCount,
    generation,
    revision,
    isDefaultTarget,
    snapshotSeq,
    snapshotCrc,
    snapshot,
  ] = stored;
  const isIntact = textChecksum(snapshot) === snapshotCrc;
  return {
    // Both were session ids when they were written.
    sessionId: sessionId as SessionId,
    parentSessionId: parentSessionId as SessionId | null,
    cwd,
    workspace,
    agent,
    createdAt,
    activityAt,
    displayName,
    agentTitle,
    firstPrompt,
    lifecycle: lifecycle === 'open' ? 'open' : 'closed',
    isArchived: isArchived === 1,
    isUnfinished: isUnfinished === 1,
    hasActivePrompt: hasActivePrompt === 1,
    isWaitingForPermission: isWaitingForPermission === 1,
    clientCount,
    generation,
    revision,
    isDefaultTarget: isDefaultTarget === 1,
    snapshot: isIntact ? snapshot : '',
    snapshotSeq: isIntact ? snapshotSeq : 0,
  };
}

function toStored(row: SessionRow): StoredRow {
  return [
    row.sessionId,
    row.cwd,
    row.workspace,
    row.agent,
    row.parentSessionId,
    row.createdAt,
    row.activityAt,
    row.displayName,
    row.agentTitle,
    row.firstPrompt,
    row.lifecycle,
    Number(row.isArchived),
    Number(row.isUnfinished),
    Number(row.hasActivePrompt),
    Number(row.isWaitingForPermission),
    row.clientCount,
    row.generation,
    row.revision,
    Number(row.isDefaultTarget),
    row.snapshotSeq,
    textChecksum(row.snapshot),
    row.snapshot,
  ];
}
