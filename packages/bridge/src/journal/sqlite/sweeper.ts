import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import { passingUpdates } from '../passing-updates.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Database, Statement } from './database.ts';
import { eventKey, seqOfKey, seqSpan } from './event-key.ts';

const rowsPerSweep = 500;
/** Fewer where texts must be looked into. */
const eventsPerSweep = 200;

export interface SweeperOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly checkpoints: Pick<Checkpoints, 'mayWrite' | 'wrote'>;
}

/**
 * Deletes the events, facts and prompts of erased sessions, and what was forgotten of others, a few rows a tick: an erase
 * costs the same however long the session was. What a stop leaves over, the next start goes on with.
 */
export class Sweeper {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #checkpoints: SweeperOptions['checkpoints'];
  readonly #next: Statement<[stream: number]>;
  readonly #deletions: readonly Statement<[]>[];
  readonly #finish: Statement<[]>;
  readonly #nextForgotten: Statement<[stream: number, sweptSeq: number, beforeSeq: number]>;
  readonly #lastOfSome: Statement<[seq: number | null]>;
  readonly #deletePassing: Statement<[]>;
  readonly #swept: Statement<[]>;
  #isClosed = false;
  #isScheduled = false;

  constructor(database: Database, options: SweeperOptions) {
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#checkpoints = options.checkpoints;
    this.#next = database.prepare('SELECT stream FROM erased ORDER BY stream LIMIT 1');
    this.#deletions = ['events', 'facts', 'prompts'].map((table) =>
      database.prepare(
        `DELETE FROM ${table} WHERE k IN (SELECT k FROM ${table} WHERE k > ? AND k < ? ORDER BY k LIMIT ${rowsPerSweep})`,
      ),
    );
    this.#finish = database.prepare('DELETE FROM erased WHERE stream = ?');
    this.#nextForgotten = database.prepare(
      'SELECT stream, swept_seq, before_seq FROM horizons WHERE swept_seq < before_seq - 1 LIMIT 1',
    );
    this.#lastOfSome = database.prepare(
      `SELECT ${seqOfKey.replace('k', 'max(k)')} FROM (SELECT k FROM events WHERE k > ? AND k < ? ORDER BY k LIMIT ${eventsPerSweep})`,
    );
    // A damaged text need not be JSON; its gap is nobody's any more.
    this.#deletePassing = database.prepare(
      `DELETE FROM events WHERE k > ? AND k <= ? AND type = 'session_update' AND CASE WHEN json_valid(json)
         THEN json_extract(json, '$.data.update.sessionUpdate') IN (${passingUpdates.map((kind) => `'${kind}'`)}) ELSE 1 END`,
    );
    this.#swept = database.prepare('UPDATE horizons SET swept_seq = ? WHERE stream = ?');
  }

  /** Starts at the next tick, unless it is under way. */
  start(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    this.#clock.nextTick(() => {
      this.#isScheduled = false;
      this.#sweep();
    });
  }

  close(): void {
    this.#isClosed = true;
  }

  #sweep(): void {
    if (this.#isClosed) return;
    const pause = this.#checkpoints.mayWrite();
    if (pause !== undefined) {
      void pause.then(() => this.start());
      return;
    }
    try {
      if (!this.#sweepErased() && !this.#sweepForgotten()) return;
      this.#checkpoints.wrote();
      this.start();
    } catch (thrown) {
      // Nobody waits for it; the next erase or start tries again.
      this.#logger.warn({ err: thrown }, 'events that were given up could not be deleted yet');
    }
  }

  /** False when there is nothing to do. */
  #sweepErased(): boolean {
    const [stream] = this.#next.row() ?? [];
    if (stream === undefined) return false;
    const bounds = [eventKey(stream, 0), eventKey(stream, seqSpan - 1)];
    const isEmpty = this.#deletions.every((deletion) => deletion.run(...bounds) < rowsPerSweep);
    if (isEmpty) this.#finish.run(stream);
    return true;
  }

  /** False when there is nothing to do. A stop in between does some of it again, which changes nothing. */
  #sweepForgotten(): boolean {
    const [stream, sweptSeq, beforeSeq] = this.#nextForgotten.row() ?? [];
    if (stream === undefined || sweptSeq === undefined || beforeSeq === undefined) return false;
    const [lastSeq] = this.#lastOfSome.row(eventKey(stream, sweptSeq), eventKey(stream, beforeSeq)) ?? [];
    if (lastSeq !== null && lastSeq !== undefined)
      this.#deletePassing.run(eventKey(stream, sweptSeq), eventKey(stream, lastSeq));
    this.#swept.run(lastSeq ?? beforeSeq - 1, stream);
    return true;
  }
}
