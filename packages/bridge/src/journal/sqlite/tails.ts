import type { SessionId } from '@holdfast/protocol';
import type { JournalRange } from '../../ports/journal.ts';
import type { Database, Statement } from './database.ts';
import { seqOfKey, seqSpan } from './event-key.ts';

/** Where the rows of one session begin and end. */
export interface Tail extends JournalRange {
  /** The number its rows are stored under. */
  readonly stream: number;
  readonly lastFact: number;
}

/** Ids left out for each power loss: far more than can have been given and lost. */
export const skippedIdsPerLoss = 1_000_000;

type TailRow = [
  stream: number,
  powerLosses: number,
  firstSeq: number | null,
  lastSeq: number | null,
  lastFact: number | null,
  beforeSeq: number | null,
];
// A tail is about 200 bytes; a session that fell out is read again in some 10 µs.
const maxTails = 2_000;

/** The tails of the sessions lately used. A transaction stages its own, and they count once it is written. */
export class Tails {
  readonly #written = new Map<SessionId, Tail>();
  readonly #staged = new Map<SessionId, Tail | undefined>();
  readonly #powerLosses: number;
  readonly #read: Statement<TailRow>;

  constructor(database: Database, powerLosses: number) {
    this.#powerLosses = powerLosses;
    const bound = (table: string, choose: string) =>
      `(SELECT ${choose}(k) FROM ${table} WHERE k > s.stream * ${seqSpan} AND k < (s.stream + 1) * ${seqSpan})`;
    const seq = (key: string) => seqOfKey.replace('k', key);
    this.#read = database.prepare(
      `SELECT s.stream, s.power_losses, ${seq(bound('events', 'min'))}, ${seq(bound('events', 'max'))},
         ${seq(bound('facts', 'max'))}, (SELECT before_seq FROM horizons h WHERE h.stream = s.stream)
         FROM streams s WHERE s.session_id = ?`,
    );
  }

  /** The session's tail as the open transaction sees it; undefined when nothing was ever written of it. */
  find(sessionId: SessionId): Tail | undefined {
    if (this.#staged.has(sessionId)) return this.#staged.get(sessionId);
    const known = this.#written.get(sessionId);
    if (known !== undefined) return known;
    const tail = this.#load(sessionId);
    if (tail !== undefined) this.#keep(sessionId, tail);
    return tail;
  }

  /** Sets a tail for the rest of the open transaction; undefined erases the session. */
  stage(sessionId: SessionId, tail: Tail | undefined): void {
    this.#staged.set(sessionId, tail);
  }

  /** The transaction is written: what it staged counts. */
  publish(): void {
    for (const [sessionId, tail] of this.#staged) {
      if (tail === undefined) this.#written.delete(sessionId);
      else this.#keep(sessionId, tail);
    }
    this.#staged.clear();
  }

  /** The transaction was undone. */
  discard(): void {
    this.#staged.clear();
  }

  #load(sessionId: SessionId): Tail | undefined {
    const row = this.#read.row(sessionId);
    if (row === undefined) return undefined;
    const [stream, powerLosses, firstSeq, lastSeq, lastFact, beforeSeq] = row;
    const skipped = (this.#powerLosses - powerLosses) * skippedIdsPerLoss;
    return {
      stream,
      earliestSeq: Math.max(firstSeq ?? (lastSeq ?? 0) + 1, beforeSeq ?? 0),
      lastSeq: lastSeq ?? 0,
      nextSeq: (lastSeq ?? 0) + 1 + skipped,
      lastFact: lastFact ?? 0,
    };
  }

  #keep(sessionId: SessionId, tail: Tail): void {
    if (this.#written.size >= maxTails && !this.#written.has(sessionId)) {
      for (const oldest of this.#written.keys()) {
        this.#written.delete(oldest);
        break;
      }
    }
    this.#written.set(sessionId, tail);
  }
}
