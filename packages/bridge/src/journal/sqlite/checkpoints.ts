import type { Logger } from '../../ports/logger.ts';
import type { Checkpointer, CheckpointOutcome } from './checkpoint-thread.ts';
import type { LogFile } from './log-file.ts';

export interface CheckpointsOptions {
  readonly log: Pick<LogFile, 'holds'>;
  readonly checkpointer: Checkpointer;
  readonly logger: Logger;
  /** Hears of a sync that failed. */
  readonly onSyncFailure: (fault: string) => void;
}

/** Pages the log may grow between two checkpoints: each takes some 4 ms on a fast disk, and larger ones save little. */
const pagesPerCheckpoint = 500;

/** SQLite's extended result codes of a failed sync: IOERR_FSYNC, IOERR_DIR_FSYNC. */
const syncFailures = [1034, 1290];

/**
 * Keeps the log short. Nobody writes during a checkpoint, so that each empties the log, which never grows by more than
 * one round and one transaction unless somebody else reads in it; writers wait without holding up the event loop.
 */
export class Checkpoints {
  readonly #options: CheckpointsOptions;
  #running: Promise<void> | undefined;
  /** Pages in the log at which the next one is due. */
  #dueAt = pagesPerCheckpoint;
  #isClosed = false;
  #hasFailed = false;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
  }

  /** Resolves when transactions may be written; undefined when that is now. */
  mayWrite(): Promise<void> | undefined {
    return this.#running;
  }

  /** Something was written: starts a checkpoint when it is due. */
  wrote(): void {
    if (this.#running !== undefined || this.#isClosed || !this.#options.log.holds(this.#dueAt)) return;
    const finished = (outcome: CheckpointOutcome) => {
      this.#running = undefined;
      this.#finished(outcome);
    };
    this.#running = this.#options.checkpointer.checkpoint().then(finished, (thrown: unknown) => {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      finished({ kind: 'failed', message, errcode: 0 });
    });
  }

  /** Makes no more: after a failed sync the log may not read as it was written, and the database must not get that. */
  stop(): void {
    this.#isClosed = true;
  }

  /** Waits for the one under way and makes no more. */
  async close(): Promise<void> {
    this.stop();
    await this.#running;
    await this.#options.checkpointer.close();
  }

  #finished(outcome: CheckpointOutcome): void {
    const isEmpty = outcome.kind === 'done' && outcome.hasRestarted;
    this.#dueAt = isEmpty ? pagesPerCheckpoint : this.#dueAt + pagesPerCheckpoint;
    if (outcome.kind === 'done') {
      this.#hasFailed = false;
      return;
    }
    const fault = `the journal's log could not be moved into the database: ${outcome.message}`;
    if (syncFailures.includes(outcome.errcode)) this.#options.onSyncFailure(fault);
    // The log keeps everything, and grows; once is enough to say so.
    else if (!this.#hasFailed) this.#options.logger.warn({ errcode: outcome.errcode }, fault);
    this.#hasFailed = true;
  }
}
