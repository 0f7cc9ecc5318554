import type { AgentSessionId, SessionId } from '@holdfast/protocol';
import type { AgentCatalog, ListedSession, SessionRow } from '../../ports/session-index.ts';
import { decodeCatalog, emptyCatalog, encodeCatalog, knownCatalog } from '../../session/agent-catalog.ts';
import { titleKey } from '../title-key.ts';
import { textChecksum } from './checksum.ts';
import type { Database, SqlValue, Statement } from './database.ts';
import { listedColumns, sessionColumns } from './index-schema.ts';
import { fromListed, type StoredListing, toListed } from './listed-rows.ts';

/** A row as it is stored, in the order of `sessionColumns`. */
export type StoredRow = [
  ...listing: StoredListing,
  lifecycle: string,
  titleKey: string,
  isUnfinished: number,
  isAttended: number,
  isDefaultTarget: number,
  agentSessionId: string | null,
  catalog: string,
  snapshotCrc: number,
  snapshot: string,
];

// Columns that most writes leave alone and that indexes hold or triggers watch: such writes skip them.
const steady = [
  ...['cwd', 'workspace', 'agent', 'parent_session_id', 'created_at', 'display_name', 'alias', 'labels'],
  ...[
    'is_archived',
    'lifecycle',
    'title_key',
    'is_attended',
    'is_default_target',
    'agent_session_id',
    'catalog',
  ],
];

/** Writes index rows within the open transaction. */
export class SessionRowWriter {
  readonly #updates: readonly NamedStatement[];
  readonly #insert: NamedStatement;
  readonly #erase: Statement<[]>;
  readonly #keepCatalog: Statement<[]>;

  constructor(database: Database) {
    // From the cheapest to the one that always fits: of the index's trees the first touches one or two, the last all.
    this.#updates = [[...steady, 'activity_at'], steady, []].map((unchanged) => update(database, unchanged));
    const all = [...sessionColumns, 'index_seq'];
    this.#insert = new NamedStatement(
      database,
      `INSERT INTO sessions (${all}) VALUES (${all.map((column) => `:${column}`)})`,
    );
    this.#erase = database.prepare('DELETE FROM sessions WHERE session_id = ?');
    this.#keepCatalog = database.prepare('INSERT OR IGNORE INTO catalogs (digest, json) VALUES (?, ?)');
  }

  write(row: SessionRow, indexSeq: number): void {
    const values = [...toStored(row), indexSeq];
    const [inPlace, active, whole] = this.#updates;
    if ((inPlace?.run(values) ?? 0) > 0 || (active?.run(values) ?? 0) > 0) return;
    this.#keepCatalog.run(row.catalog.digest, encodeCatalog(row.catalog));
    if ((whole?.run(values) ?? 0) === 0) this.#insert.run(values);
  }

  /** Whether there was one. */
  erase(sessionId: SessionId): boolean {
    return this.#erase.run(sessionId) > 0;
  }
}

/** Writes all columns but those that must be unchanged for it to fit. */
function update(database: Database, unchanged: readonly string[]): NamedStatement {
  const changing = sessionColumns.filter((column) => column !== 'session_id' && !unchanged.includes(column));
  const set = ['index_seq', ...changing].map((column) => `${column} = :${column}`).join(', ');
  const where = ['session_id', ...unchanged].map((column) => `${column} IS :${column}`).join(' AND ');
  return new NamedStatement(database, `UPDATE sessions SET ${set} WHERE ${where}`);
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

/** Reads whole rows, with the catalogs they name. */
export class SessionRowReader {
  readonly #catalog: Statement<[json: string]>;

  constructor(database: Database) {
    this.#catalog = database.prepare('SELECT json FROM catalogs WHERE digest = ?');
  }

  /** A damaged snapshot reads as none, and so does one whose catalog is: the journal can rebuild it. */
  read(stored: StoredRow): SessionRow {
    // The tuple begins with what `listedColumns` names.
    const listing = stored.slice(0, listedColumns.length) as StoredListing;
    const listed: ListedSession = toListed(listing);
    const rest = stored.slice(listedColumns.length) as Remaining;
    const [lifecycle, , isUnfinished, , isDefaultTarget, agentSessionId, digest, crc, snapshot] = rest;
    const catalog = this.#read(digest);
    const isIntact = catalog !== undefined && textChecksum(snapshot) === crc;
    return {
      ...listed,
      lifecycle: lifecycle === 'open' ? 'open' : 'closed',
      isUnfinished: isUnfinished === 1,
      isDefaultTarget: isDefaultTarget === 1,
      // It was one when it was written.
      agentSessionId: agentSessionId as AgentSessionId | null,
      catalog: catalog ?? emptyCatalog,
      snapshot: isIntact ? snapshot : '',
    };
  }

  #read(digest: string): AgentCatalog | undefined {
    const known = knownCatalog(digest);
    if (known !== undefined) return known;
    const [json] = this.#catalog.row(digest) ?? [];
    return json === undefined ? undefined : decodeCatalog(digest, json);
  }
}

type Remaining = StoredRow extends [...StoredListing, ...infer Rest] ? Rest : never;

/** Gives the columns' values, in their order. */
export function toStored(row: SessionRow): StoredRow {
  return [
    ...fromListed(row),
    row.lifecycle,
    titleKey(row),
    Number(row.isUnfinished),
    Number(isAttended(row)),
    Number(row.isDefaultTarget),
    row.agentSessionId,
    row.catalog.digest,
    textChecksum(row.snapshot),
    row.snapshot,
  ];
}

/** Whether the row says that an agent is there, or about to be. */
export const isAttended = ({ state }: ListedSession): boolean =>
  state === 'opening' || state === 'idle' || state === 'running';
