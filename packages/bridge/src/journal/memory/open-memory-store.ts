import { Buffer } from 'node:buffer';
import {
  DaemonError,
  type EventEpoch,
  eventEpochFrom,
  type PromptId,
  type SessionId,
} from '@holdfast/protocol';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type {
  Commit,
  IdempotencyRecord,
  JournalEntry,
  JournalEvent,
  JournalFact,
  JournalRange,
  ReadLimit,
} from '../../ports/journal.ts';
import type { Logger } from '../../ports/logger.ts';
import type { PromptRecord } from '../../ports/prompt-record.ts';
import { silentLogger } from '../../runtime/silent-logger.ts';
import { extensionFactTypes } from '../extension-facts.ts';
import { GroupCommit } from '../group-commit.ts';
import { IndexWatchers } from '../index-watchers.ts';
import type { JournalStore, StoredJournal } from '../store.ts';
import { Watchers } from '../watchers.ts';
import { MemoryIndex } from './memory-index.ts';
import { keyName, type MemoryRecords, memoryRecords } from './memory-records.ts';
import { memoryRange, writeToMemory } from './memory-writer.ts';

export interface MemoryStoreOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** What an earlier store left; default nothing. */
  readonly records?: MemoryRecords;
  readonly logger?: Logger;
}

/** Opens a journal and session index in memory, with the behaviour of the one on disk, for as long as the process lives. */
export async function openMemoryStore(options: MemoryStoreOptions): Promise<JournalStore> {
  const records = options.records ?? memoryRecords();
  records.epoch ??= eventEpochFrom(options.ids.uuid());
  const journal = new MemoryJournal(records, records.epoch, options);
  const index = new MemoryIndex(records, journal.indexWatchers);
  return { journal, index, close: () => journal.close() };
}

const isExtensionFact = (entry: JournalEntry): entry is JournalFact =>
  entry.kind === 'fact' && extensionFactTypes.includes(entry.type);

class MemoryJournal implements StoredJournal {
  readonly epoch: EventEpoch;
  readonly isRestored = false;
  readonly #records: MemoryRecords;
  readonly #watchers: Watchers;
  readonly indexWatchers: IndexWatchers;
  readonly #group: GroupCommit;
  #isClosed = false;

  constructor(
    records: MemoryRecords,
    epoch: EventEpoch,
    { clock, logger = silentLogger }: MemoryStoreOptions,
  ) {
    this.epoch = epoch;
    this.#records = records;
    this.#watchers = new Watchers(logger);
    this.indexWatchers = new IndexWatchers(logger);
    this.#group = new GroupCommit({
      clock,
      write: (commits) => writeToMemory(records, commits, clock.now()),
      onDurable: (commit) => {
        this.#watchers.announce(commit);
        this.indexWatchers.announce(commit);
      },
    });
  }

  commit(commit: Commit): Promise<void> {
    return this.#group.commit(commit);
  }

  async read(sessionId: SessionId, after: number, limit: ReadLimit): Promise<readonly JournalEvent[]> {
    this.#assertOpen();
    const events = this.#records.streams.get(sessionId)?.events ?? [];
    // Ids have no gaps here, so the place of an event follows from its id.
    const first = Math.max(0, after + 1 - (events[0]?.seq ?? 1));
    let sizeBytes = 0;
    let end = first;
    while (end < events.length && end - first < limit.maxEvents) {
      sizeBytes += Buffer.byteLength(events[end]?.json ?? '');
      if (end > first && sizeBytes > limit.maxBytes) break;
      end += 1;
    }
    return events.slice(first, end);
  }

  async readBack(sessionId: SessionId, before: number, limit: ReadLimit): Promise<readonly JournalEvent[]> {
    this.#assertOpen();
    const events = this.#records.streams.get(sessionId)?.events ?? [];
    const end = Math.min(events.length, Math.max(0, before - (events[0]?.seq ?? 1)));
    let first = end;
    let sizeBytes = 0;
    while (first > 0 && end - first < limit.maxEvents) {
      sizeBytes += Buffer.byteLength(events[first - 1]?.json ?? '');
      if (first < end && sizeBytes > limit.maxBytes) break;
      first -= 1;
    }
    return events.slice(first, end);
  }

  async sizeOf(sessionId: SessionId): Promise<number> {
    const entries = this.#records.streams.get(sessionId)?.entries ?? [];
    return entries.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0);
  }

  async *history(sessionId: SessionId): AsyncGenerator<JournalEntry, void, undefined> {
    await this.#group.settled(sessionId);
    this.#assertOpen();
    yield* [...(this.#records.streams.get(sessionId)?.entries ?? [])];
  }

  async range(sessionId: SessionId): Promise<JournalRange> {
    await this.#group.settled(sessionId);
    this.#assertOpen();
    return memoryRange(this.#records, sessionId);
  }

  async isSkipped(): Promise<boolean> {
    return false;
  }

  fault(): undefined {}

  async settleRestore(): Promise<void> {}

  watch(sessionId: SessionId, onCommitted: (events: readonly JournalEvent[]) => void): () => void {
    return this.#watchers.watch(sessionId, onCommitted);
  }

  async findKey(scope: string, key: string): Promise<IdempotencyRecord | undefined> {
    this.#assertOpen();
    return this.#records.keys.get(keyName(scope, key));
  }

  async findPrompt(promptId: PromptId): Promise<PromptRecord | undefined> {
    this.#assertOpen();
    return this.#records.prompts.get(promptId);
  }

  async forgetKeys(createdBefore: number): Promise<void> {
    this.#assertOpen();
    for (const [name, record] of this.#records.keys) {
      if (record.createdAt < createdBefore) this.#records.keys.delete(name);
    }
  }

  async findExtensionFact(sessionId: SessionId, skip: number): Promise<JournalFact | undefined> {
    this.#assertOpen();
    const entries = this.#records.streams.get(sessionId)?.entries ?? [];
    return entries.filter(isExtensionFact).at(-1 - skip);
  }

  pressure(): Promise<void> | undefined {
    return this.#group.pressure();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#group.close();
    this.#isClosed = true;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new DaemonError('journal_unavailable', 'the journal is closed');
  }
}
