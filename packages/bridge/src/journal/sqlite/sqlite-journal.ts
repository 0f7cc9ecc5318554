import { DaemonError, type EventEpoch, type PromptId, type SessionId } from '@holdfast/protocol';
import type { Clock } from '../../ports/clock.ts';
import type {
  Commit,
  IdempotencyRecord,
  JournalEntry,
  JournalEvent,
  JournalFact,
  JournalRange,
  ReadLimit,
} from '../../ports/journal.ts';
import type { PromptRecord } from '../../ports/prompt-record.ts';
import { emptyRange } from '../admit-append.ts';
import type { GroupCommit } from '../group-commit.ts';
import type { StoredJournal } from '../store.ts';
import type { Watchers } from '../watchers.ts';
import type { Checkpoints } from './checkpoints.ts';
import { type Database, type Statement, storeError } from './database.ts';
import { EventReader } from './event-reader.ts';
import { FactReader } from './fact-reader.ts';
import { history } from './history.ts';
import type { KeyTable } from './key-table.ts';
import type { PromptTable } from './prompt-table.ts';
import { sizeSteps } from './session-size.ts';
import { settleRestore } from './start-up.ts';
import type { SyncOrder } from './sync-order.ts';
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
  readonly prompts: PromptTable;
  readonly watchers: Watchers;
  readonly group: GroupCommit;
  readonly order: SyncOrder;
  readonly checkpoints: Pick<Checkpoints, 'mayWrite' | 'wrote'>;
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
      const { tails, order } = this.#options;
      const tail = tails.find(sessionId);
      if (tail === undefined) return { events: [], sizeBytes: 0 };
      const upTo = Math.min(tail.lastSeq, order.shownSeq(sessionId) ?? tail.lastSeq);
      if (after >= upTo) return { events: [], sizeBytes: 0 };
      const from = Math.max(after, tail.earliestSeq - 1);
      return this.#events.read({ stream: tail.stream, sessionId, after: from, upTo }, limit);
    });
    if (events.length > smallRead.events || sizeBytes > smallRead.sizeBytes) await this.#tick();
    return events;
  }

  async readBack(sessionId: SessionId, before: number, limit: ReadLimit): Promise<readonly JournalEvent[]> {
    const { events, sizeBytes } = this.#reading(() => {
      const { tails, order } = this.#options;
      const tail = tails.find(sessionId);
      if (tail === undefined) return { events: [], sizeBytes: 0 };
      const upTo = Math.min(tail.lastSeq, before - 1, order.shownSeq(sessionId) ?? tail.lastSeq);
      const after = tail.earliestSeq - 1;
      return this.#events.readBack({ stream: tail.stream, sessionId, after, upTo }, limit);
    });
    if (events.length > smallRead.events || sizeBytes > smallRead.sizeBytes) await this.#tick();
    return events;
  }

  async *history(sessionId: SessionId): AsyncGenerator<JournalEntry, void, undefined> {
    await this.#options.group.settled(sessionId);
    const tail = this.#reading(() => this.#options.tails.find(sessionId));
    if (tail === undefined) return;
    try {
      const sources = { events: this.#events, facts: this.#facts, clock: this.#options.clock };
      yield* history(sources, sessionId, tail);
    } catch (thrown) {
      throw storeError(thrown, 'the journal cannot be read');
    }
  }

  async findExtensionFact(sessionId: SessionId, skip: number): Promise<JournalFact | undefined> {
    return this.#reading(() => {
      const tail = this.#options.tails.find(sessionId);
      return tail === undefined ? undefined : this.#facts.findExtension(tail.stream, skip);
    });
  }

  async range(sessionId: SessionId): Promise<JournalRange> {
    await this.#options.group.settled(sessionId);
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

  async sizeOf(sessionId: SessionId): Promise<number> {
    const tail = this.#reading(() => this.#options.tails.find(sessionId));
    if (tail === undefined) return 0;
    let sizeBytes = 0;
    for (const step of sizeSteps(this.#options.database, tail)) {
      sizeBytes += this.#reading(step);
      await this.#tick();
    }
    return sizeBytes;
  }

  fault(): string | undefined {
    return this.#options.health.fault;
  }

  async settleRestore(): Promise<void> {
    await this.#mayWrite();
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
    return await this.#onceDurable(this.#reading(() => this.#options.keys.find(scope, key)));
  }

  async findPrompt(promptId: PromptId): Promise<PromptRecord | undefined> {
    return await this.#onceDurable(this.#reading(() => this.#options.prompts.find(promptId)));
  }

  async forgetKeys(createdBefore: number): Promise<void> {
    const { keys, checkpoints } = this.#options;
    for (;;) {
      await this.#mayWrite();
      const forgotten = this.#reading(() => keys.forget(createdBefore, keysPerTick));
      checkpoints.wrote();
      if (forgotten < keysPerTick) return;
      await this.#tick();
    }
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

  /** Holds back what was found until what was written of its session is durable. */
  async #onceDurable<Found extends { readonly sessionId: SessionId }>(
    found: Found | undefined,
  ): Promise<Found | undefined> {
    if (found === undefined) return undefined;
    const { group, order, health } = this.#options;
    await group.settled(found.sessionId);
    if (health.isLost && order.isHeld(found.sessionId)) {
      throw new DaemonError(
        'journal_unavailable',
        `what session ${found.sessionId} did last may be lost`,
        {},
      );
    }
    return found;
  }

  async #mayWrite(): Promise<void> {
    const { checkpoints, health } = this.#options;
    for (let pause = checkpoints.mayWrite(); pause !== undefined; pause = checkpoints.mayWrite()) await pause;
    if (health.isLost) throw new DaemonError('journal_unavailable', health.fault ?? 'the journal is lost');
  }

  #tick(): Promise<void> {
    return new Promise((resolve) => this.#options.clock.nextTick(resolve));
  }
}
