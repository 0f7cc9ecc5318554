import type { AgentSessionId, SessionId } from '@holdfast/protocol';
import type { Clock } from '../../ports/clock.ts';
import type {
  IndexChange,
  IndexRange,
  ListedSession,
  ListQuery,
  SessionIndex,
  SessionPage,
  SessionRow,
} from '../../ports/session-index.ts';
import type { IndexWatchers } from '../index-watchers.ts';
import { type Database, type Statement, storeError } from './database.ts';
import { listedColumns, sessionColumns } from './index-schema.ts';
import { missingRows } from './index-tables.ts';
import { type StoredListing, toListed } from './listed-rows.ts';
import type { Removals } from './removals.ts';
import { SessionRowReader, type StoredRow } from './session-rows.ts';
import { SqliteList } from './sqlite-list.ts';

export interface SqliteIndexOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Number of the last row write that readers may be told of. */
  readonly indexSeq: () => number;
  readonly removals: Removals;
  readonly watchers: IndexWatchers;
}

/** The session index in the journal's database. */
export class SqliteIndex implements SessionIndex {
  readonly #options: SqliteIndexOptions;
  readonly #list: SqliteList;
  readonly #rows: SessionRowReader;
  readonly #bySession: Statement<StoredRow>;
  readonly #unfinished: Statement<StoredRow>;
  readonly #attended: Statement<StoredRow>;
  readonly #defaultTarget: Statement<StoredRow>;
  readonly #named: Statement<[number]>;
  readonly #changed: Statement<[...StoredListing, indexSeq: number]>;
  readonly #removed: Statement<[indexSeq: number, sessionId: string]>;
  readonly #byAgentSession: Statement<[string]>;
  readonly #byAlias: Statement<[string]>;
  readonly #byLabel: Statement<[string]>;
  readonly #byIdPrefix: Statement<[string]>;
  readonly #children: Statement<StoredListing>;

  constructor(options: SqliteIndexOptions) {
    const { database, clock } = options;
    const select = `SELECT ${sessionColumns} FROM sessions`;
    this.#options = options;
    this.#list = new SqliteList(database, clock);
    this.#rows = new SessionRowReader(database);
    this.#bySession = database.prepare(`${select} WHERE session_id = ?`);
    this.#unfinished = database.prepare(
      `${select} INDEXED BY unfinished WHERE is_unfinished = 1 ORDER BY id`,
    );
    this.#attended = database.prepare(`${select} INDEXED BY attended WHERE is_attended = 1 ORDER BY id`);
    this.#defaultTarget = database.prepare(
      `${select} INDEXED BY default_targets
         WHERE is_default_target = 1 AND cwd = ? AND agent = ? AND lifecycle = 'open'
         ORDER BY created_at DESC, id DESC LIMIT 1`,
    );
    this.#named = database.prepare(
      'SELECT 1 FROM sessions INDEXED BY named WHERE workspace = ? AND display_name = ? LIMIT 1',
    );
    this.#changed = database.prepare(
      `SELECT ${listedColumns}, index_seq FROM sessions INDEXED BY by_change
         WHERE index_seq > ? AND index_seq <= ? ORDER BY index_seq LIMIT ?`,
    );
    this.#removed = database.prepare(
      'SELECT index_seq, session_id FROM removed WHERE index_seq > ? AND index_seq <= ? ORDER BY index_seq LIMIT ?',
    );
    this.#byAgentSession = database.prepare(
      `SELECT session_id FROM sessions INDEXED BY by_agent_session
         WHERE agent_session_id = ? AND agent = ? ORDER BY id LIMIT 1`,
    );
    this.#byAlias = database.prepare('SELECT session_id FROM sessions INDEXED BY by_alias WHERE alias = ?');
    this.#byLabel = database.prepare(
      `SELECT s.session_id FROM session_labels AS l JOIN sessions AS s ON s.id = l.id
         WHERE l.label = ? ORDER BY l.id LIMIT ?`,
    );
    this.#byIdPrefix = database.prepare(
      'SELECT session_id FROM sessions WHERE session_id >= ? AND session_id < ? ORDER BY session_id LIMIT ?',
    );
    this.#children = database.prepare(
      `SELECT ${listedColumns} FROM sessions INDEXED BY by_parent WHERE parent_session_id = ? ORDER BY id`,
    );
  }

  async find(sessionId: SessionId): Promise<SessionRow | undefined> {
    return this.#reading(() => this.#optionalRow(this.#bySession.row(sessionId)));
  }

  async list(query: ListQuery): Promise<SessionPage> {
    // Before the first row is read: whatever changes meanwhile is told after it.
    const indexSeq = this.#options.indexSeq();
    try {
      return { ...(await this.#list.page(query)), indexSeq };
    } catch (thrown) {
      throw unreadable(thrown);
    }
  }

  async changes(after: number, limit: number): Promise<readonly IndexChange[]> {
    return this.#reading(() => {
      const upTo = this.#options.indexSeq();
      const changed = this.#changed.rows(after, upTo, limit).map((stored): IndexChange => {
        // The listing, and the number that the statement selects after it.
        const row = toListed(stored as unknown as StoredListing);
        return { indexSeq: stored[listedColumns.length] as number, sessionId: row.sessionId, row };
      });
      const removed = this.#removed
        .rows(after, upTo, limit)
        // It was a session id when it was written.
        .map(([indexSeq, id]): IndexChange => ({ indexSeq, sessionId: id as SessionId, row: undefined }));
      if (removed.length === 0) return changed;
      return [...changed, ...removed].sort((one, other) => one.indexSeq - other.indexSeq).slice(0, limit);
    });
  }

  range(): IndexRange {
    const { removals, indexSeq } = this.#options;
    return this.#reading(() => ({ earliestSeq: removals.earliestSeq, lastSeq: indexSeq() }));
  }

  watch(onChanged: () => void): () => void {
    return this.#options.watchers.watch(onChanged);
  }

  async unfinished(): Promise<readonly SessionRow[]> {
    return this.#reading(() => this.#unfinished.rows().map((stored) => this.#rows.read(stored)));
  }

  async unattended(): Promise<readonly SessionRow[]> {
    return this.#reading(() => this.#attended.rows().map((stored) => this.#rows.read(stored)));
  }

  async unindexed(): Promise<readonly SessionId[]> {
    return this.#reading(() => {
      const { database } = this.#options;
      if (missingRows(database) === 0) return [];
      return idsIn(
        database
          .prepare<[string]>(
            'SELECT session_id FROM streams WHERE session_id NOT IN (SELECT session_id FROM sessions) ORDER BY stream',
          )
          .rows(),
      );
    });
  }

  async defaultTarget(cwd: string, agent: string): Promise<SessionRow | undefined> {
    return this.#reading(() => this.#optionalRow(this.#defaultTarget.row(cwd, agent)));
  }

  async hasDisplayName(workspace: string, displayName: string): Promise<boolean> {
    return this.#reading(() => this.#named.row(workspace, displayName) !== undefined);
  }

  async findByAgentSession(agent: string, agentSessionId: AgentSessionId): Promise<SessionId | undefined> {
    return this.#reading(() => idsIn(this.#byAgentSession.rows(agentSessionId, agent))[0]);
  }

  async findByAlias(alias: string): Promise<SessionId | undefined> {
    return this.#reading(() => idsIn(this.#byAlias.rows(alias))[0]);
  }

  async findByLabel(label: string, limit: number): Promise<readonly SessionId[]> {
    return this.#reading(() => idsIn(this.#byLabel.rows(label, limit)));
  }

  async findByIdPrefix(prefix: string, limit: number): Promise<readonly SessionId[]> {
    // Ids are hexadecimal digits and hyphens: all that begin so come before the prefix with a letter after them.
    return this.#reading(() => idsIn(this.#byIdPrefix.rows(prefix, `${prefix}g`, limit)));
  }

  async childrenOf(parentSessionId: SessionId): Promise<readonly ListedSession[]> {
    return this.#reading(() => this.#children.rows(parentSessionId).map(toListed));
  }

  #optionalRow(stored: StoredRow | undefined): SessionRow | undefined {
    return stored === undefined ? undefined : this.#rows.read(stored);
  }

  #reading<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (thrown) {
      throw unreadable(thrown);
    }
  }
}

/** They were session ids when they were written. */
const idsIn = (rows: readonly (readonly [string])[]): readonly SessionId[] =>
  rows.map(([sessionId]) => sessionId as SessionId);

const unreadable = (thrown: unknown) => storeError(thrown, 'the session index cannot be read');
