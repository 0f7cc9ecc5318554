import type { SessionId } from '@holdfast/protocol';
import type { Clock } from '../../ports/clock.ts';
import { keepRemovalsMs } from '../keep-removals.ts';
import type { Database, Statement } from './database.ts';

/** Old ones forgotten with each new one: there are never more to come than there were. */
const forgottenAtOnce = 20;

/** Which sessions were erased lately, and since which change readers can be told of everything. */
export class Removals {
  readonly #clock: Clock;
  readonly #record: Statement<[]>;
  readonly #old: Statement<[indexSeq: number]>;
  readonly #forget: Statement<[]>;
  readonly #raise: Statement<[]>;
  readonly #floor: Statement<[number]>;

  constructor(database: Database, clock: Clock) {
    this.#clock = clock;
    this.#record = database.prepare(
      'INSERT INTO removed (index_seq, session_id, removed_at) VALUES (?, ?, ?)',
    );
    this.#old = database.prepare(
      `SELECT index_seq FROM removed WHERE removed_at < ? ORDER BY index_seq LIMIT ${forgottenAtOnce}`,
    );
    this.#forget = database.prepare('DELETE FROM removed WHERE index_seq <= ?');
    this.#raise = database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('index_floor', ?)");
    this.#floor = database.prepare("SELECT value FROM meta WHERE name = 'index_floor'");
  }

  /** Within the open transaction. */
  record(sessionId: SessionId, indexSeq: number): void {
    const now = this.#clock.now();
    this.#record.run(indexSeq, sessionId, now);
    const [last] = this.#old.rows(now - keepRemovalsMs).at(-1) ?? [];
    if (last === undefined) return;
    this.#forget.run(last);
    this.#raise.run(last);
  }

  /** Readers that know the index as of this change, or a later one, can be told what happened since. */
  get earliestSeq(): number {
    return this.#floor.row()?.[0] ?? 0;
  }
}
