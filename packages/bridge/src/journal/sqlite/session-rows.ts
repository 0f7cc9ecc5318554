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
  readonly #updateLively: Statement<[]>;
  readonly #updateAll: Statement<[]>;
  readonly #insert: Statement<[]>;
  readonly #erase: Statement<[]>;

  constructor(database: Database) {
    const set = (columns: readonly string[]) => columns.map((column) => `${column} = :${column}`).join(', ');
    const numbered = (sql: string) => numberParameters(sql);
    const others = sessionColumns.filter((column) => column !== 'session_id');
    const isSteady = steady.map((column) => `${column} = :${column}`).join(' AND ');
    this.#updateLively = database.prepare(
      numbered(
        `UPDATE sessions SET index_seq = :index_seq, ${set(lively)} WHERE session_id = :session_id AND ${isSteady}`,
      ),
    );
    this.#updateAll = database.prepare(
      numbered(`UPDATE sessions SET index_seq = :index_seq, ${set(others)} WHERE session_id = :session_id`),
    );
    const all = ['index_seq', ...sessionColumns];
    this.#insert = database.prepare(
      numbered(`INSERT INTO sessions (${all}) VALUES (${all.map((column) => `:${column}`)})`),
    );
    this.#erase = database.prepare('DELETE FROM sessions WHERE session_id = ?');
  }

  write(row: SessionRow, indexSeq: number): void {
    const values = [...toStored(row), indexSeq];
    if (this.#updateLively.run(...values) > 0 || this.#updateAll.run(...values) > 0) return;
    this.#insert.run(...values);
  }

  /** Whether there was one. */
  erase(sessionId: SessionId): boolean {
    return this.#erase.run(sessionId) > 0;
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

/** Turns `:column` into `?n`, n counting `sessionColumns` and then `index_seq`: one list of values fits all. */
function numberParameters(sql: string): string {
  const order: readonly SqlValue[] = [...sessionColumns, 'index_seq'];
  return sql.replace(/:(\w+)/g, (_, column: string) => `?${order.indexOf(column) + 1}`);
}
