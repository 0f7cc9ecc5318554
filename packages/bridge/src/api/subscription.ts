import type { ClientId } from '@holdfast/protocol';
import type { JournalEvent, ReadLimit } from '../ports/journal.ts';

/** Why a reader's cursor means nothing, and where it may go on. */
export interface Resync {
  readonly reason: 'epoch_reset' | 'history_trimmed';
  readonly lastDeliveredId: number;
  readonly earliestAvailableId: number;
}

/** One reader of a session's events: a cursor and a wake-up, nothing else. */
export interface Subscription {
  /** Read events after this id first. */
  readonly after: number;
  /** Set when the reader's cursor means nothing any more: tell it, then start at `after`. */
  readonly resync?: Resync;
  /** Set when a cursor was given: everything up to this id is replay, `replay_complete` follows it. */
  readonly replayTo?: number;
  /** Events after `after`; session terminals that a restore superseded are left out. Empty: nothing more now. */
  read(after: number, limit: ReadLimit): Promise<readonly JournalEvent[]>;
  /**
   * Set when events after `after` are not retained any more: whoever has a cursor there is told, and reads on from
   * the earliest one. Ask where a page does not go on with the next id.
   */
  missed(after: number): Promise<Resync | undefined>;
  /** Hears committed batches until the returned call. Always read from the cursor; a batch is a shortcut at the tail. */
  watch(onCommitted: (events: readonly JournalEvent[]) => void): () => void;
  /** The reader is gone. Idempotent. */
  leave(): void;
}

export interface SubscribeRequest {
  /** The reader's last id; 0 = from the earliest retained; absent = from now. */
  readonly after?: number;
  /** The event epoch the reader's cursor belongs to, when it says. */
  readonly epoch?: string;
  /** Whose stream it is, where it says: a client stays registered while it reads. One that is not registered is nobody. */
  readonly clientId?: ClientId;
}
