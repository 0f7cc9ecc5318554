import type { SessionId } from '@holdfast/protocol';
import type { ListQuery, SessionIndex, SessionPage, SessionRow } from '../../ports/session-index.ts';
import { decodeListCursor, encodeListCursor } from '../list-cursor.ts';
import { type Database, type Statement, storeError } from './database.ts';
import { missingRows } from './index-tables.ts';
import { cellsOf, placesQuery, totalQuery } from './list-query.ts';
import { sessionColumns } from './schema.ts';
import { type StoredRow, toSessionRow } from './session-rows.ts';

type Place = readonly [at: number, row: number];

/** The session index in the journal's database. */
export class SqliteIndex implements SessionIndex {
  readonly #database: Database;
  readonly #indexSeq: () => number;
  readonly #byNumber: Statement<StoredRow>;
  readonly #bySession: Statement<StoredRow>;
  readonly #unfinished: Statement<StoredRow>;
  readonly #defaultTarget: Statement<StoredRow>;
  readonly #named: Statement<[number]>;

  constructor(database: Database, indexSeq: () => number) {
    const select = `SELECT ${sessionColumns} FROM sessions`;
    this.#database = database;
    this.#indexSeq = indexSeq;
    this.#byNumber = database.prepare(`${select} WHERE id = ?`);
    this.#bySession = database.prepare(`${select} WHERE session_id = ?`);
    this.#unfinished = database.prepare(
      `${select} INDEXED BY unfinished WHERE is_unfinished = 1 ORDER BY id`,
    );
    this.#defaultTarget = database.prepare(
      `${select} INDEXED BY default_targets
         WHERE is_default_target = 1 AND cwd = ? AND agent = ? AND lifecycle = 'open'
         ORDER BY created_at DESC, id DESC LIMIT 1`,
    );
    this.#named = database.prepare(
      'SELECT 1 FROM sessions INDEXED BY named WHERE workspace = ? AND display_name = ? LIMIT 1',
    );
  }

  async find(sessionId: SessionId): Promise<SessionRow | undefined> {
    return this.#reading(() => optionalRow(this.#bySession.row(sessionId)));
  }

  async list(query: ListQuery): Promise<SessionPage> {
    const { sort = 'activity', cursor, limit } = query;
    const after = cursor === undefined ? undefined : decodeListCursor(cursor, sort);
    return this.#reading(() => {
      const places = cellsOf(query)
        .flatMap((cell) => {
          const { sql, values } = placesQuery(query, cell, after);
          return this.#database.prepare<[at: number, row: number]>(sql).rows(...values);
        })
        .sort(newestFirst);
      const page = places.slice(0, limit);
      const last = page.at(-1);
      const hasMore = places.length > limit && last !== undefined;
      return {
        rows: page.flatMap(([, row]) => optionalRow(this.#byNumber.row(row)) ?? []),
        nextCursor: hasMore ? encodeListCursor({ sort, at: last[0], row: last[1] }) : undefined,
        total: this.#total(query),
        indexSeq: this.#indexSeq(),
      };
    });
  }

  async unfinished(): Promise<readonly SessionRow[]> {
    return this.#reading(() => this.#unfinished.rows().map(toSessionRow));
  }

  async unindexed(): Promise<readonly SessionId[]> {
    return this.#reading(() => {
      if (missingRows(this.#database) === 0) return [];
      return (
        this.#database
          .prepare<[string]>(
            'SELECT session_id FROM streams WHERE session_id NOT IN (SELECT session_id FROM sessions) ORDER BY stream',
          )
          .rows()
          // They were session ids when they were written.
          .map(([sessionId]) => sessionId as SessionId)
      );
    });
  }

  async defaultTarget(cwd: string, agent: string): Promise<SessionRow | undefined> {
    return this.#reading(() => optionalRow(this.#defaultTarget.row(cwd, agent)));
  }

  async hasDisplayName(workspace: string, displayName: string): Promise<boolean> {
    return this.#reading(() => this.#named.row(workspace, displayName) !== undefined);
  }

  #total(query: ListQuery): number {
    const { sql, values } = totalQuery(query);
    return this.#database.prepare<[number]>(sql).row(...values)?.[0] ?? 0;
  }

  #reading<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (thrown) {
      throw storeError(thrown, 'the session index cannot be read');
    }
  }
}

function newestFirst([atA, rowA]: Place, [atB, rowB]: Place): number {
  return atB - atA || rowB - rowA;
}

function optionalRow(stored: StoredRow | undefined): SessionRow | undefined {
  return stored === undefined ? undefined : toSessionRow(stored);
}
