import type { JournalEntry } from '../ports/journal.ts';
import type { SessionEntry } from '../session/entry.ts';
import { encodeEntries } from '../session/envelope.ts';
import { evolve } from '../session/evolve.ts';
import type { SessionState } from '../session/state.ts';

/** An entry, and the instant it was recorded at (epoch ms). */
export interface TimedEntry {
  readonly entry: SessionEntry;
  readonly at: number;
}

/** A journal that is written in one piece, and the state it tells. */
export interface ComposedJournal {
  readonly state: SessionState;
  readonly lastSeq: number;
  readonly entries: readonly JournalEntry[];
}

/** Makes a session's journal of entries that begin with `session_opened`; events are numbered from 1. */
export function composeJournal(timed: Iterable<TimedEntry>): ComposedJournal {
  let lastSeq = 0;
  let state: SessionState | null = null;
  const entries: JournalEntry[] = [];
  for (const { entry, at } of timed) {
    const encoded = encodeEntries([entry], lastSeq + 1, at);
    entries.push(...encoded.entries);
    lastSeq = encoded.lastSeq;
    state = evolve(state, entry, { at, seq: lastSeq });
  }
  if (state === null) throw new TypeError('a journal begins with session_opened');
  return { state, lastSeq, entries };
}
