import type { EventEpoch, SessionId } from '@holdfast/protocol';
import type { Clock } from '../../ports/clock.ts';
import type {
  Commit,
  IdempotencyRecord,
  JournalEntry,
  JournalEvent,
  JournalRange,
  ReadLimit,
} from '../../ports/journal.ts';
import { emptyRange } from '../admit-append.ts';
import type { GroupCommit } from '../group-commit.ts';
import type { StoredJournal } from '../store.ts';
import type { Watchers } from '../watchers.ts';
import { type Database, type Statement, storeError } from './database.ts';
import { EventReader } from './event-reader.ts';
import { FactReader } from './fact-reader.ts';
import { history } from './history.ts';
import type { KeyTable } from './key-table.ts';
import { settleRestore } from './start-up.ts';
import type { Tails } from './tails.ts';
import type { WriteHealth } from './write-health.ts';

export interface SqliteJournalOptions {
  readonly database: Database;
  readonly epoch: EventEpoch;
  readonly isRestored: boolean;
  readonly health: WriteHealth;
  readonly clock: Clock;
  readonly tails: Tails;
  readonly keys: KeyTable;
  readonly watchers: Watchers;
  readonly group: GroupCommit;
  readonly close: () => Promise<void>;
}

// A read larger than this lets the event loop go round before it resolves, so that a replay holds up nobody.
const smallRead = { events: 100, sizeBytes: 64 * 1024 };
const keysPerTick = 500;

/** The journal in an SQLite database. */
export class SqliteJournal implements StoredJournal {
  readonly epoch: EventEpoch;
  readonly isRestored: boolean;
  readonly #options: SqliteJournalOptions;
  readonly #events: EventReader;
  readonly #facts: FactReader;
  readonly #skipOf: Statement<[1]>;

  constructor(options: SqliteJournalOptions) {
    this.epoch = options.epoch;
    this.isRestored = options.isRestored;
    this.#options = options;
    this.#events = new EventReader(options.database);
    this.#facts = new FactReader(options.database);
    this.#skipOf = options.database.prepare(
      'SELECT 1 FROM skips WHERE stream = ? AND from_seq <= ? AND to_seq >= ?',
    );
  }

  commit(commit: Commit): Promise<void> {
    return this.#options.group.commit(commit);
  }

  async read(sessionId: SessionId, after: number, limit: ReadLimit): Promise<readonly JournalEvent[]> {
    const { events, sizeBytes } = this.#reading(() => {
      const tail = this.#options.tails.find(sessionId);
      if (tail === undefined || after >= tail.lastSeq) return { events: [], sizeBytes: 0 };
      return this.#events.read({ stream: tail.stream, sessionId, after, upTo: tail.lastSeq }, limit);
    });
    if (events.length > smallRead.events || sizeBytes > smallRead.sizeBytes) await this.#tick();
    return events;
  }

  async *history(sessionId: SessionId): AsyncGenerator<JournalEntry, void, undefined> {
    const tail = this.#reading(() => this.#options.tails.find(sessionId));
    if (tail === undefined) return;
    try {
      const sources = { events: this.#events, facts: this.#facts, clock: this.#options.clock };
      yield* history(sources, sessionId, tail);
    } catch (thrown) {
      throw storeError(thrown, 'the journal cannot be read');
    }
  }

  async range(sessionId: SessionId): Promise<JournalRange> {
    return this.#reading(() => {
      const { earliestSeq, lastSeq, nextSeq } = this.#options.tails.find(sessionId) ?? emptyRange;
      return { earliestSeq, lastSeq, nextSeq };
    });
  }

  async isSkipped(sessionId: SessionId, seq: number): Promise<boolean> {
    return this.#reading(() => {
      const tail = this.#options.tails.find(sessionId);
      if (tail === undefined) return false;
      if (seq > tail.lastSeq) return seq < tail.nextSeq;
      return this.#skipOf.row(tail.stream, seq, seq) !== undefined;
    });
  }

  fault(): string | undefined {
    return this.#options.health.fault;
  }

  async settleRestore(): Promise<void> {
    try {
      settleRestore(this.#options.database);
    } catch (thrown) {
      throw storeError(thrown, 'the journal cannot be written');
    }
  }

  watch(sessionId: SessionId, onCommitted: (events: readonly JournalEvent[]) => void): () => void {
    return this.#options.watchers.watch(sessionId, onCommitted);
  }

  async findKey(scope: string, key: string): Promise<IdempotencyRecord | undefined> {
    return this.#reading(() => this.#options.keys.find(scope, key));
  }

  async forgetKeys(createdBefore: number): Promise<void> {
    const { keys } = this.#options;
    while (this.#reading(() => keys.forget(createdBefore, keysPerTick)) === keysPerTick) await this.#tick();
  }

  pressure(): Promise<void> | undefined {
    return this.#options.group.pressure();
  }

  close(): Promise<void> {
    return this.#options.close();
  }

  #reading<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (thrown) {
      throw storeError(thrown, 'the journal cannot be read');
    }
  }

  #tick(): Promise<void> {
    return new Promise((resolve) => this.#options.clock.nextTick(resolve));
  }
}
