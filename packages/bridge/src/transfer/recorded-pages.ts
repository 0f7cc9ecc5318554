import { DaemonError, type SessionId } from '@holdfast/protocol';
import type { Journal, JournalEvent } from '../ports/journal.ts';

/** Small enough that one page at a time is all that is in memory of a record. */
const page = Object.freeze({ maxEvents: 500, maxBytes: 256 * 1024 });

/** A session's events up to and with `upTo`, in pages. @throws session_not_found when it is erased meanwhile */
export async function* recordedPages(
  journal: Journal,
  sessionId: SessionId,
  upTo: number,
): AsyncGenerator<readonly JournalEvent[], void, undefined> {
  for (let after = 0; after < upTo; ) {
    const events = (await journal.read(sessionId, after, page)).filter(({ seq }) => seq <= upTo);
    const last = events.at(-1);
    if (last === undefined)
      throw new DaemonError('session_not_found', `session ${sessionId} was erased while it was exported`, {
        sessionId,
      });
    yield events;
    after = last.seq;
  }
}
