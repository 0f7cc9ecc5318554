import type { SessionId } from '@holdfast/protocol';
import type { BoundStatement, DatabaseThread } from '../journal/sqlite/database-thread.ts';
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

const sessionNumber = '(SELECT session FROM sessions WHERE session_id = ?)';

/** The turn's id is the first free one from its millisecond on; the words get the same. */
const addTurn = `
  INSERT INTO turns (id, session, generation, prompt_id, at, first_seq, last_seq) VALUES (
    CASE WHEN NOT EXISTS (SELECT 1 FROM turns WHERE id = ?1) THEN ?1 ELSE (
      SELECT t.id + 1 FROM turns t WHERE t.id >= ?1 AND NOT EXISTS (SELECT 1 FROM turns n WHERE n.id = t.id + 1)
        ORDER BY t.id LIMIT 1) END,
    (SELECT session FROM sessions WHERE session_id = ?2), ?3, ?4, ?5, ?6, ?7)`;
const addWords = 'INSERT INTO words (rowid, user, agent, about) VALUES (last_insert_rowid(), ?, ?, ?)';

/** Writes what can be found, a transaction a call. */
export class SearchWriter {
  readonly #thread: DatabaseThread;
  #indexSeq: number;

  /** `indexSeq` is what the file says. */
  constructor(thread: DatabaseThread, indexSeq: number) {
    this.#thread = thread;
    this.#indexSeq = indexSeq;
  }

  /** Number of the last change of the session index that is dealt with. */
  get indexSeq(): number {
    return this.#indexSeq;
  }

  /** Deals with no change up to this one any more. */
  async moveTo(indexSeq: number): Promise<void> {
    await this.#thread.transact([
      { sql: "UPDATE meta SET value = ? WHERE name = 'index_seq'", values: [indexSeq] },
    ]);
    this.#indexSeq = indexSeq;
  }

  /** Id of the last event of a session that need not be read again; 0 for one that is not known. */
  async readTo(sessionId: SessionId): Promise<number> {
    const sql = 'SELECT read_to FROM sessions WHERE session_id = ?';
    const [[readTo] = [0]] = await this.#thread.rows<[number]>(sql, [sessionId]);
    return readTo;
  }

  /** Adds turns, and how far the session was read, all or nothing. */
  async add(session: SearchedSession, texts: readonly TurnText[]): Promise<void> {
    const { sessionId, generation, readTo } = session;
    const about = filterWords(session).join(' ');
    const place: BoundStatement = {
      sql: `INSERT INTO sessions (session_id, generation, read_to) VALUES (?, ?, ?)
              ON CONFLICT (session_id) DO UPDATE SET generation = excluded.generation, read_to = excluded.read_to`,
      values: [sessionId, generation, readTo],
    };
    const turns = texts.flatMap(({ generation: of, promptId, at, firstSeq, lastSeq, ...text }) => {
      return [
        { sql: addTurn, values: [at * idsPerMs, sessionId, of, promptId, at, firstSeq, lastSeq] },
        { sql: addWords, values: [text.user, text.agent, about] },
      ];
    });
    await this.#thread.transact([place, ...turns]);
  }

  /** Removes some turns of a session; false once nothing of it is left. */
  async forgetSome(sessionId: SessionId): Promise<boolean> {
    const isMore = await this.#remove(`SELECT id FROM turns WHERE session = ${sessionNumber}`, [sessionId]);
    if (isMore) return true;
    await this.#thread.transact([{ sql: 'DELETE FROM sessions WHERE session_id = ?', values: [sessionId] }]);
    return false;
  }

  /** Removes some turns of a session that ended before `beforeSeq`; false once there are none. */
  async forgetSomeBefore(sessionId: SessionId, beforeSeq: number): Promise<boolean> {
    const sql = `SELECT id FROM turns WHERE session = ${sessionNumber} AND last_seq < ?`;
    return this.#remove(sql, [sessionId, beforeSeq]);
  }

  /** Removes the first of the turns selected; whether there may be more. */
  async #remove(select: string, values: readonly (string | number)[]): Promise<boolean> {
    const ids = await this.#thread.rows<[number]>(`${select} LIMIT ${turnsPerForget}`, values);
    if (ids.length === 0) return false;
    await this.#thread.transact(
      ids.flatMap((id) => [
        { sql: 'DELETE FROM words WHERE rowid = ?', values: id },
        { sql: 'DELETE FROM turns WHERE id = ?', values: id },
      ]),
    );
    return ids.length === turnsPerForget;
  }
}
