import type { SessionId } from '@holdfast/protocol';
import type { Journal, JournalEvent, ReadLimit } from '../ports/journal.ts';

export interface FollowOptions {
  /** Id of the last event already known; 0 for all of them. */
  readonly after: number;
  /** Ends the iteration; a consumer that waits for more events is let go. */
  readonly signal: AbortSignal;
  /** Size of a batch; default 500 events or 1 MiB. */
  readonly limit?: ReadLimit;
}

const defaultLimit: ReadLimit = Object.freeze({ maxEvents: 500, maxBytes: 1024 * 1024 });

/**
 * Yields a session's events after `after` in batches, first the recorded ones, then each as it is committed, without
 * gap or repeat: replay and live are one loop. Holds no more than one batch, however far behind the consumer is.
 * @throws journal_unavailable if the store cannot be read.
 */
export async function* follow(
  journal: Journal,
  sessionId: SessionId,
  { after, signal, limit = defaultLimit }: FollowOptions,
): AsyncGenerator<readonly JournalEvent[], void, undefined> {
  let cursor = after;
  let wake = () => {};
  let news = Promise.resolve();
  const ring = () => wake();
  const stopWatching = journal.watch(sessionId, ring);
  signal.addEventListener('abort', ring);
  try {
    while (!signal.aborted) {
      // The bell is hung before reading: a commit that lands during the read rings it, and the wait below is short.
      news = new Promise((resolve) => {
        wake = resolve;
      });
      const events = await journal.read(sessionId, cursor, limit);
      if (signal.aborted) return;
      const last = events.at(-1);
      if (last === undefined) {
        await news;
      } else {
        cursor = last.seq;
        yield events;
      }
    }
  } finally {
    stopWatching();
    signal.removeEventListener('abort', ring);
  }
}
