import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Database, Statement } from './database.ts';
import { eventKey, seqSpan } from './event-key.ts';

const rowsPerSweep = 500;

/**
 * Deletes the events and facts of erased sessions, a few rows a tick: an erase costs the same however long the session
 * was. What a stop leaves over, the next start goes on with.
 */
export class Sweeper {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #next: Statement<[stream: number]>;
  readonly #deletions: readonly Statement<[]>[];
  readonly #finish: Statement<[]>;
  #isClosed = false;
  #isScheduled = false;

  constructor(database: Database, options: { readonly clock: Clock; readonly logger: Logger }) {
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#next = database.prepare('SELECT stream FROM erased ORDER BY stream LIMIT 1');
    this.#deletions = ['events', 'facts'].map((table) =>
      database.prepare(
        `DELETE FROM ${table} WHERE k IN (SELECT k FROM ${table} WHERE k > ? AND k < ? ORDER BY k LIMIT ${rowsPerSweep})`,
      ),
    );
    this.#finish = database.prepare('DELETE FROM erased WHERE stream = ?');
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
    try {
      const [stream] = this.#next.row() ?? [];
      if (stream === undefined) return;
      const bounds = [eventKey(stream, 0), eventKey(stream, seqSpan - 1)];
      const isEmpty = this.#deletions.every((deletion) => deletion.run(...bounds) < rowsPerSweep);
      if (isEmpty) this.#finish.run(stream);
      this.start();
    } catch (thrown) {
      // Nobody waits for it; the next erase or start tries again.
      this.#logger.warn({ err: thrown }, 'the events of an erased session could not be deleted yet');
    }
  }
}
