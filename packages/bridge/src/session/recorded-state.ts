import type { SessionId } from '@holdfast/protocol';
import type { Journal } from '../ports/journal.ts';
import type { SessionRow } from '../ports/session-index.ts';
import type { SessionEntry } from './entry.ts';
import { decodeEntry } from './envelope.ts';
import { evolve } from './evolve.ts';
import type { Moment } from './position.ts';
import { fromRow } from './snapshot.ts';
import type { SessionState } from './state.ts';

/** The state a session was left in: its row's snapshot, or the whole journal folded again where that is damaged or of an older form. */
export async function recordedState(journal: Journal, row: SessionRow): Promise<SessionState | null> {
  return fromRow(row) ?? (await foldHistory(journal, row.sessionId));
}

/** The same fold as for live decisions; `hear` is told each entry before it. What was damaged is left out. */
export async function foldHistory(
  journal: Journal,
  sessionId: SessionId,
  hear: (before: SessionState | null, entry: SessionEntry, moment: Moment) => void = () => {},
): Promise<SessionState | null> {
  let state: SessionState | null = null;
  let seq = 0;
  for await (const recorded of journal.history(sessionId)) {
    if (recorded.kind === 'event') seq = recorded.seq;
    if (recorded.type === 'journal_gap') continue;
    const { entry, at } = decodeEntry(recorded);
    hear(state, entry, { at, seq });
    state = evolve(state, entry, { at, seq });
  }
  return state;
}
