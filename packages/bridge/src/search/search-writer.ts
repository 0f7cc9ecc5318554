import type { SessionId } from '@holdfast/protocol';
import type { Database, Statement } from '../journal/sqlite/database.ts';
import { filterWords } from './filter-words.ts';
import type { TurnText } from './turn-text.ts';

/** What the search keeps of a session beside its turns. */
export interface SearchedSession {
  readonly sessionId: SessionId;
  readonly cwd: string;
  readonly agent: string;
  readonly generation: number;
  /** Id of the last event that need not be read again. */
  readonly readTo: number;
}

/** Ids within one millisecond. */
const idsPerMs = 1024;
const turnsPerForget = 100;

/** Writes what can be found, a transaction a call. */
export class SearchWriter {
  readonly #database: Database;
  readonly #place: Statement<[session: number, readTo: number]>;
  readonly #keep: Statement<[session: number]>;
  readonly #isTaken: Statement<[1]>;
  readonly #addTurn: Statement<[]>;
  readonly #addWords: Statement<[]>;

  constructor(database: Database) {
    this.#database = database;
    this.#place = database.prepare('SELECT session, read_to FROM sessions WHERE session_id = ?');
    this.#keep = database.prepare(
      `INSERT INTO sessions (session_id, generation, read_to) VALUES (?, ?, ?)
         ON CONFLICT (session_id) DO UPDATE SET generation = excluded.generation, read_to = excluded.read_to
         RETURNING session`,
    );
    this.#isTaken = database.prepare('SELECT 1 FROM turns WHERE id = ?');
    this.#addTurn = database.prepare(
      `INSERT INTO turns (id, session, generation, prompt_id, at, first_seq, last_seq) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#addWords = database.prepare('INSERT INTO words (rowid, user, agent, about) VALUES (?, ?, ?, ?)');
  }

  /** Number of the last change of the session index that is dealt with. */
  get indexSeq(): number {
    return Number(
      this.#database.prepare<[number]>("SELECT value FROM meta WHERE name = 'index_seq'").row()?.[0] ?? 0,
    );
  }

  set indexSeq(indexSeq: number) {
    this.#database.prepare("UPDATE meta SET value = ? WHERE name = 'index_seq'").run(indexSeq);
  }

  /** Id of the last event of a session that need not be read again; 0 for one that is not known. */
  readTo(sessionId: SessionId): number {
    return this.#place.row(sessionId)?.[1] ?? 0;
  }

  /** Adds turns, and how far the session was read, all or nothing. */
  add(session: SearchedSession, texts: readonly TurnText[]): void {
    this.#transact(() => {
      const { sessionId, generation, readTo } = session;
      const [number = 0] = this.#keep.row(sessionId, generation, readTo) ?? [];
      const about = filterWords(session).join(' ');
      for (const text of texts) {
        const id = this.#freeId(text.at);
        const { generation: of, promptId, at, firstSeq, lastSeq } = text;
        this.#addTurn.run(id, number, of, promptId, at, firstSeq, lastSeq);
        this.#addWords.run(id, text.user, text.agent, about);
      }
    });
  }

  /** Removes some turns of a session; false once nothing of it is left. */
  forgetSome(sessionId: SessionId): boolean {
    const [session] = this.#place.row(sessionId) ?? [];
    if (session === undefined) return false;
    this.#transact(() => {
      const ids = this.#database
        .prepare<[number]>('SELECT id FROM turns WHERE session = ? LIMIT ?')
        .rows(session, turnsPerForget);
      this.#remove(ids);
      if (ids.length < turnsPerForget)
        this.#database.prepare('DELETE FROM sessions WHERE session = ?').run(session);
    });
    return true;
  }

  /** Removes some turns of a session that ended before `beforeSeq`; false once there are none. */
  forgetSomeBefore(sessionId: SessionId, beforeSeq: number): boolean {
    const [session = 0] = this.#place.row(sessionId) ?? [];
    const ids = this.#database
      .prepare<[number]>('SELECT id FROM turns WHERE session = ? AND last_seq < ? LIMIT ?')
      .rows(session, beforeSeq, turnsPerForget);
    if (ids.length > 0) this.#transact(() => this.#remove(ids));
    return ids.length === turnsPerForget;
  }

  #remove(ids: readonly [number][]): void {
    for (const [id] of ids) {
      this.#database.prepare('DELETE FROM words WHERE rowid = ?').run(id);
      this.#database.prepare('DELETE FROM turns WHERE id = ?').run(id);
    }
  }

  #freeId(at: number): number {
    let id = at * idsPerMs;
    while (this.#isTaken.row(id) !== undefined) id += 1;
    return id;
  }

  #transact(write: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      write();
      this.#database.exec('COMMIT');
    } catch (thrown) {
      if (this.#database.isInTransaction) this.#database.exec('ROLLBACK');
      throw thrown;
    }
  }
}
