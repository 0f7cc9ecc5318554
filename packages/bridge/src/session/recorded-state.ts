import type { SessionId } from '@holdfast/protocol';
import type { Journal } from '../ports/journal.ts';
import type { SessionRow } from '../ports/session-index.ts';
import { decodeEntry } from './envelope.ts';
import { evolve } from './evolve.ts';
import { fromRow } from './snapshot.ts';
import type { SessionState } from './state.ts';

/** The state a session was left in: its row's snapshot, or the whole journal folded again where that is damaged or of an older form. */
export async function recordedState(journal: Journal, row: SessionRow): Promise<SessionState | null> {
  const state = row.snapshot === '' ? undefined : fromRow(row);
  return state ?? (await foldHistory(journal, row.sessionId));
}

/** The same fold as for live decisions. What was damaged is left out. */
export async function foldHistory(journal: Journal, sessionId: SessionId): Promise<SessionState | null> {
  let state: SessionState | null = null;
  for await (const recorded of journal.history(sessionId)) {
    if (recorded.type === 'journal_gap') continue;
    const { entry, at } = decodeEntry(recorded);
    state = evolve(state, entry, at);
  }
  return state;
}
