import type { ListedSession } from '../ports/session-index.ts';
import { titleOf } from '../session/summary.ts';

/** What sessions are sorted and searched by: their title, whatever its case and way of writing accents. */
export const titleKey = (row: Pick<ListedSession, 'displayName' | 'agentTitle' | 'firstPrompt'>): string =>
  foldCase((titleOf(row) ?? '').slice(0, maxTitleChars));

/** Two texts that differ only in case, or in how their accents are composed, give the same. */
export const foldCase = (text: string): string => text.normalize('NFKC').toLowerCase();

/** An agent may call a session what it likes. */
const maxTitleChars = 256;
