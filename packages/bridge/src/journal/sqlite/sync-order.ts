import { DaemonError, type SessionId } from '@holdfast/protocol';
import type { Commit } from '../../ports/journal.ts';
import { sessionsOf } from '../commit-sessions.ts';
import type { Written } from '../group-commit.ts';
import type { LogFile } from './log-file.ts';
import { type JournalSync, needsSync } from './sync-policy.ts';

export interface SyncOrderOptions {
  readonly sync: JournalSync;
  readonly log: Pick<LogFile, 'sync'>;
  /** Hears of a sync that failed, before the commits it was for are lost. There is no second one. */
  readonly onFailure: (fault: string) => void;
}

/** What one sync makes durable. */
interface Batch {
  readonly written: Written[];
  /** Number of the last change of the index before those that wait for it. */
  shownIndexSeq: number;
}

/** A session of which something waits for a sync. */
interface Hold {
  /** Id of the last event that readers may see. */
  shownSeq: number;
  commits: number;
  /** The sync that what is written next of the session must wait for. */
  last: Batch;
}

const newBatch = (): Batch => ({ written: [], shownIndexSeq: Number.POSITIVE_INFINITY });

const isInIndex = ({ rows = [], erase = [] }: Commit): boolean => rows.length > 0 || erase.length > 0;

/**
 * Lets commits count once they are durable, in the order they were written for each session: those that need a sync
 * after the next one, those of a session that waits for one behind it, all others at once. While a sync is under way
 * more is written, and shares the next.
 */
export class SyncOrder {
  readonly #options: SyncOrderOptions;
  readonly #holds = new Map<SessionId, Hold>();
  #syncing: Batch | undefined;
  #next = newBatch();
  #failure: DaemonError | undefined;
  #lostIndexSeq = Number.POSITIVE_INFINITY;

  constructor(options: SyncOrderOptions) {
    this.#options = options;
  }

  /** Id of the last event of the session that readers may see; undefined: all that was written. */
  shownSeq(sessionId: SessionId): number | undefined {
    return this.#holds.get(sessionId)?.shownSeq;
  }

  /**
   * Number of the last change of the index that readers may be told of: of the others some are not durable. It rises before
   * a commit that changed the index is said to be durable, and at no other time.
   */
  get shownIndexSeq(): number {
    return Math.min(
      this.#lostIndexSeq,
      this.#syncing?.shownIndexSeq ?? Number.POSITIVE_INFINITY,
      this.#next.shownIndexSeq,
    );
  }

  /** Whether something of the session waits for a sync, or was lost to one that failed. */
  isHeld(sessionId: SessionId): boolean {
    return this.#holds.has(sessionId);
  }

  /** Takes over what was written in one transaction, before which the index had `indexSeq` changes. */
  settle(written: readonly Written[], indexSeq: number): void {
    for (const one of written) {
      if (this.#failure !== undefined) {
        one.lost(this.#failure);
        continue;
      }
      const batch = needsSync(this.#options.sync, one.commit) ? this.#next : this.#batchAhead(one.commit);
      if (batch === undefined) one.durable();
      else this.#hold(one, batch, indexSeq);
    }
    if (this.#syncing === undefined) this.#syncNext();
  }

  /** The last sync that something written earlier of the same sessions waits for. */
  #batchAhead(commit: Commit): Batch | undefined {
    if (this.#holds.size === 0) return undefined;
    const ahead = sessionsOf(commit).flatMap((sessionId) => this.#holds.get(sessionId)?.last ?? []);
    return ahead.includes(this.#next) ? this.#next : ahead[0];
  }

  #hold(one: Written, batch: Batch, indexSeq: number): void {
    batch.written.push(one);
    if (isInIndex(one.commit)) batch.shownIndexSeq = Math.min(batch.shownIndexSeq, indexSeq);
    for (const sessionId of sessionsOf(one.commit)) {
      const hold = this.#holds.get(sessionId) ?? {
        shownSeq: Number.POSITIVE_INFINITY,
        commits: 0,
        last: batch,
      };
      hold.commits += 1;
      hold.last = batch;
      this.#holds.set(sessionId, hold);
    }
    for (const { sessionId, expectedSeq } of one.commit.appends ?? []) {
      const hold = this.#holds.get(sessionId);
      if (hold !== undefined) hold.shownSeq = Math.min(hold.shownSeq, expectedSeq);
    }
  }

  #syncNext(): void {
    if (this.#next.written.length === 0 || this.#failure !== undefined) return;
    const batch = this.#next;
    this.#syncing = batch;
    this.#next = newBatch();
    this.#options.log.sync().then(
      () => this.#synced(batch),
      (thrown: unknown) => this.#failed(batch, thrown),
    );
  }

  #synced({ written }: Batch): void {
    // The next one first: whoever is told takes time that the disk can use.
    this.#syncing = undefined;
    this.#syncNext();
    for (const one of written) {
      this.#show(one.commit);
      one.durable();
    }
  }

  #show(commit: Commit): void {
    for (const { sessionId, entries } of commit.appends ?? []) {
      const hold = this.#holds.get(sessionId);
      const last = entries.findLast((entry) => entry.kind === 'event');
      if (hold !== undefined && last?.kind === 'event') hold.shownSeq = last.seq;
    }
    for (const sessionId of sessionsOf(commit)) {
      const hold = this.#holds.get(sessionId);
      if (hold === undefined) continue;
      hold.commits -= 1;
      if (hold.commits === 0) this.#holds.delete(sessionId);
    }
  }

  /** What was held stays out of sight: nobody knows what of it is on the disk. */
  #failed({ written }: Batch, thrown: unknown): void {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    const fault = `the journal could not be forced to the disk (${reason}); check the disk and restart the daemon`;
    this.#failure = new DaemonError('journal_unavailable', fault, {}, { cause: thrown });
    this.#options.onFailure(fault);
    const lost = [...written, ...this.#next.written];
    this.#lostIndexSeq = this.shownIndexSeq;
    this.#syncing = undefined;
    this.#next = newBatch();
    for (const one of lost) one.lost(this.#failure);
  }
}
