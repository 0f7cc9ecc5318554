import type { JournalEvent } from '../ports/journal.ts';

/** The first id that an event stands for: a gap stands for several, and has the last one as its own. */
export function firstIdOf({ type, seq, json }: JournalEvent): number {
  if (type !== 'journal_gap') return seq;
  // Written by the journal itself.
  const { data } = JSON.parse(json) as { data: { fromId: number } };
  return data.fromId;
}
