import type { SessionId } from '@holdfast/protocol';
import type { Journal, JournalEvent } from '../ports/journal.ts';
import type { Stretch } from '../session/generations.ts';

const page = Object.freeze({ maxEvents: 1_000, maxBytes: 4 * 1024 * 1024 });

/** Reads the events of a conversation's stretches in order, a page at a time; what was trimmed is not there. */
export async function* lineageEvents(
  journal: Journal,
  sessionId: SessionId,
  lineage: readonly Stretch[],
): AsyncGenerator<{ readonly stretch: Stretch; readonly events: readonly JournalEvent[] }> {
  for (const stretch of lineage) {
    for (let after = stretch.afterEventId; after < stretch.upToEventId; ) {
      const events = await journal.read(sessionId, after, page);
      const last = events.at(-1);
      if (last === undefined) break;
      after = last.seq;
      yield { stretch, events: events.filter(({ seq }) => seq <= stretch.upToEventId) };
    }
  }
}
