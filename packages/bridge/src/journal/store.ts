import type { SessionId } from '@holdfast/protocol';
import type { Journal, JournalFact } from '../ports/journal.ts';
import type { SessionIndex } from '../ports/session-index.ts';

/** What a bridge asks of its own journal, besides what everybody does. */
export interface StoredJournal extends Journal {
  /** Tells whether `seq` lies in a range of ids that was skipped: no reader can hold it as a cursor honestly. */
  isSkipped(sessionId: SessionId, seq: number): Promise<boolean>;
  /**
   * The fact that put or removed an extension and that `skip` more such facts of the session followed; undefined where
   * there is none, or it is damaged. Cost does not grow with the session's history.
   */
  findExtensionFact(sessionId: SessionId, skip: number): Promise<JournalFact | undefined>;
  /** What a session's events and facts take, as text; yields to others while it counts. */
  sizeOf(sessionId: SessionId): Promise<number>;
  /** Why the store refuses to write; undefined while it accepts. It recovers by itself when the cause goes. */
  fault(): string | undefined;
  /** Whether a backup was put in place of the journal and no start has dealt with it yet. */
  readonly isRestored: boolean;
  /** The restore is dealt with. @throws journal_unavailable */
  settleRestore(): Promise<void>;
}

/** A journal and the index its commits write: one store, opened and closed as one. */
export interface JournalStore {
  readonly journal: StoredJournal;
  readonly index: SessionIndex;
  /** Writes what is pending and closes; idempotent. */
  close(): Promise<void>;
}
