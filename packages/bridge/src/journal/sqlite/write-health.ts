import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Database, Statement } from './database.ts';

/** Waits between attempts to find out whether a store that refused accepts again. */
const probeMs = 500;
/** A probe takes more room than the log may have left over from earlier transactions. */
const probeBytes = 256 * 1024;

/**
 * Whether the store takes writes. A refused one says that it does not; that it does again only a probe can say, because
 * a small write may find room where the next one does not.
 */
export class WriteHealth {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #write: Statement<[]>;
  readonly #remove: Statement<[]>;
  #fault: string | undefined;
  #stopProbe = () => {};

  constructor(database: Database, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#clock = clock;
    this.#logger = logger;
    this.#write = database.prepare(
      `INSERT OR REPLACE INTO meta (name, value) VALUES ('probe', zeroblob(${probeBytes}))`,
    );
    this.#remove = database.prepare("DELETE FROM meta WHERE name = 'probe'");
  }

  /** What the store said when it last refused; undefined while it accepts. */
  get fault(): string | undefined {
    return this.#fault;
  }

  failed(fault: string): void {
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
