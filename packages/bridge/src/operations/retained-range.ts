import type { Core } from '../core.ts';
import type { JournalRange } from '../ports/journal.ts';
import type { Session } from '../session/session.ts';
import { archivedUpTo } from '../session/trim.ts';

/** Where the events begin and end that replays show: what was trimmed is in the journal, but before them. */
export async function retainedRange({ journal }: Core, { id, state }: Session): Promise<JournalRange> {
  const range = await journal.range(id);
  return { ...range, earliestSeq: Math.max(range.earliestSeq, archivedUpTo(state) + 1) };
}
