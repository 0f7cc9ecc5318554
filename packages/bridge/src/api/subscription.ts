import type { JournalEvent, ReadLimit } from '../ports/journal.ts';

/** One reader of a session's events: a cursor and a wake-up, nothing else. */
export interface Subscription {
  /** Read events after this id first. */
  readonly after: number;
  /** Set when the reader's cursor means nothing any more: tell it, then start at `after`. */
  readonly resync?: {
    readonly reason: 'epoch_reset' | 'history_trimmed';
    readonly lastDeliveredId: number;
    readonly earliestAvailableId: number;
  };
  /** Set when a cursor was given: everything up to this id is replay, `replay_complete` follows it. */
  readonly replayTo?: number;
  /** Events after `after`; session terminals that a restore superseded are left out. Empty: nothing more now. */
  read(after: number, limit: ReadLimit): Promise<readonly JournalEvent[]>;
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
}
