import type { SessionId } from '@holdfast/protocol';
import type { Journal } from '../ports/journal.ts';
import type { SessionIndex } from '../ports/session-index.ts';

/** A journal that knows which ids it left out after a power loss. */
export interface StoredJournal extends Journal {
  /** Tells whether `seq` lies in a range of ids that was skipped: no reader can hold it as a cursor honestly. */
  isSkipped(sessionId: SessionId, seq: number): Promise<boolean>;
}

/** A journal and the index its commits write: one store, opened and closed as one. */
export interface JournalStore {
  readonly journal: StoredJournal;
  readonly index: SessionIndex;
  /** Writes what is pending and closes; idempotent. */
  close(): Promise<void>;
}
