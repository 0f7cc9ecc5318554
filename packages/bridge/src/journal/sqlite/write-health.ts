import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Database, Statement } from './database.ts';

/** Waits between attempts to find out whether a store that refused accepts again. */
const probeMs = 500;
/** A probe takes more room than the log may have left over from earlier transactions. */
const probeBytes = 256 * 1024;

export interface WriteHealthOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly checkpoints: Pick<Checkpoints, 'mayWrite'>;
}

/**
 * Whether the store takes writes. A refused one says that it does not; that it does again only a probe can say, because
 * a small write may find room where the next one does not.
 */
export class WriteHealth {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #write: Statement<[]>;
  readonly #remove: Statement<[]>;
  readonly #checkpoints: WriteHealthOptions['checkpoints'];
  #fault: string | undefined;
  #isLost = false;
  #stopProbe = () => {};

  constructor(database: Database, { clock, logger, checkpoints }: WriteHealthOptions) {
    this.#clock = clock;
    this.#logger = logger;
    this.#checkpoints = checkpoints;
    this.#write = database.prepare(
      `INSERT OR REPLACE INTO meta (name, value) VALUES ('probe', zeroblob(${probeBytes}))`,
    );
    this.#remove = database.prepare("DELETE FROM meta WHERE name = 'probe'");
  }

  /** What the store said when it last refused; undefined while it accepts. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Whether a sync failed: what is on the disk is not known, and no later sync can tell. Only opening it anew helps. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** A sync failed. */
  lost(fault: string): void {
    this.#logger.error({ fault }, 'the journal refuses to write until it is opened anew');
    this.#isLost = true;
    this.#fault = fault;
    this.#stopProbe();
  }

  failed(fault: string): void {
    if (this.#isLost) return;
    if (this.#fault === undefined) {
      this.#logger.error({ fault }, 'the journal refuses to write: nothing is accepted until it does again');
      this.#probeLater();
    }
    this.#fault = fault;
  }

  close(): void {
    this.#stopProbe();
  }

  #probeLater(): void {
    this.#stopProbe = this.#clock.after(probeMs, () => this.#probe());
  }

  #probe(): void {
    if (this.#checkpoints.mayWrite() !== undefined) {
      this.#probeLater();
      return;
    }
    try {
      this.#write.run();
      this.#remove.run();
      this.#fault = undefined;
      this.#logger.info({}, 'the journal can be written again');
    } catch (thrown) {
      this.#fault = thrown instanceof Error ? thrown.message : String(thrown);
      this.#probeLater();
    }
  }
}
