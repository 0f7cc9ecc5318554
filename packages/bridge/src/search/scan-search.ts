import { DaemonError, type SearchMatch } from '@holdfast/protocol';
import type { Journal } from '../ports/journal.ts';
import type { FoundPage, FoundTurn, SearchIndex, SearchQuery } from '../ports/search-index.ts';
import type { ListedSession, SessionIndex } from '../ports/session-index.ts';
import { recordedState } from '../session/recorded-state.ts';
import { EndedTurns } from '../turns/ended-turns.ts';
import { generationAt } from '../turns/generation-at.ts';
import { foundText } from './found-text.ts';
import { dividedWords } from './search-terms.ts';
import { marks, type TurnText, turnTexts } from './turn-text.ts';

const page = Object.freeze({ maxEvents: 1_000, maxBytes: 1024 * 1024 });
/** Shown on each side of the first word found, in UTF-16 units. */
const shownChars = 80;

/** Finds words by reading everything at each search: for journals in memory, which are small. */
export function scanSearch(journal: Journal, index: SessionIndex): SearchIndex {
  return {
    search: (query) => scan(journal, index, query),
    forget: async () => {},
    pendingSessions: () => 0,
    settled: async () => {},
    close: async () => {},
  };
}

async function scan(journal: Journal, index: SessionIndex, query: SearchQuery): Promise<FoundPage> {
  const start = positionOf(query.cursor);
  if (query.terms.length === 0) return { turns: [] };
  const found: FoundTurn[] = [];
  for await (const row of sessionsOf(index, query)) {
    for (const text of await textsOf(journal, index, row)) {
      const matches = matchesOf(text, query);
      const isPutAway = query.isCurrentOnly && text.generation !== row.generation;
      if (matches.length > 0 && !isPutAway) found.push({ ...text, sessionId: row.sessionId, matches });
    }
  }
  found.sort(
    (one, other) =>
      other.at - one.at || (one.sessionId < other.sessionId ? 1 : -1) || other.lastSeq - one.lastSeq,
  );
  const turns = found.slice(start, start + query.limit);
  const hasMore = found.length > start + turns.length;
  return { turns, nextCursor: hasMore ? String(start + turns.length) : undefined };
}

async function* sessionsOf(
  index: SessionIndex,
  { cwd, agent, sessionId }: SearchQuery,
): AsyncGenerator<ListedSession, void, undefined> {
  for (const isArchived of [false, true]) {
    let cursor: string | undefined;
    do {
      const listed = await index.list({ limit: 200, cursor, cwd, agent, isArchived });
      yield* listed.rows.filter((row) => sessionId === undefined || row.sessionId === sessionId);
      cursor = listed.nextCursor;
    } while (cursor !== undefined);
  }
}

async function textsOf(
  journal: Journal,
  index: SessionIndex,
  { sessionId }: ListedSession,
): Promise<readonly TurnText[]> {
  const row = await index.find(sessionId);
  const state = row === undefined ? null : await recordedState(journal, row);
  const turns = new EndedTurns();
  const texts: TurnText[] = [];
  if (state === null) return texts;
  for (let after = 0; ; ) {
    const events = await journal.read(sessionId, after, page);
    for (const event of events) {
      for (const ended of turns.add(event))
        texts.push(...turnTexts(ended.toTurn(generationAt(state, ended.firstRunSeq), false)));
    }
    const last = events.at(-1);
    if (last === undefined) return texts;
    after = last.seq;
  }
}

interface Word {
  readonly folded: string;
  readonly start: number;
  readonly end: number;
}

/** Where all terms are found; nothing unless each is found somewhere. */
function matchesOf({ user, agent }: TurnText, { terms }: SearchQuery): readonly SearchMatch[] {
  const sides = [
    { role: 'user' as const, text: user, words: wordsOf(user), found: new Set<Word>() },
    { role: 'agent' as const, text: agent, words: wordsOf(agent), found: new Set<Word>() },
  ];
  for (const { text, isPrefix } of terms) {
    const wanted = wordsOf(dividedWords(text)).map(({ folded }) => folded);
    let isFound = false;
    for (const { words, found } of sides) {
      for (let place = 0; place + wanted.length <= words.length; place += 1) {
        const here = words.slice(place, place + wanted.length);
        const isHere = here.every(({ folded }, at) =>
          isPrefix && at === wanted.length - 1 ? folded.startsWith(wanted[at] ?? '') : folded === wanted[at],
        );
        if (!isHere) continue;
        isFound = true;
        for (const word of here) found.add(word);
      }
    }
    if (!isFound) return [];
  }
  return sides.flatMap(({ role, text, found }) => foundText(role, marked(text, [...found])) ?? []);
}

function marked(text: string, found: readonly Word[]): string {
  const sorted = found.toSorted((one, other) => one.start - other.start);
  const [first] = sorted;
  if (first === undefined) return '';
  const from = Math.max(0, first.start - shownChars);
  const to = Math.min(text.length, first.end + shownChars);
  let shown = from > 0 ? '…' : '';
  let at = from;
  for (const { start, end } of sorted.filter((word) => word.end <= to)) {
    shown += `${text.slice(at, start)}${marks.start}${text.slice(start, end)}${marks.end}`;
    at = end;
  }
  return `${shown}${text.slice(at, to)}${to < text.length ? '…' : ''}`;
}

/** As SQLite's unicode61 has them: letters and digits without their marks, in lower case. */
const wordsOf = (text: string): readonly Word[] =>
  [...text.matchAll(/[\p{L}\p{N}\p{M}\p{Co}]+/gu)].map(({ 0: word, index }) => ({
    folded: word.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase(),
    start: index,
    end: index + word.length,
  }));

function positionOf(cursor = '0'): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new DaemonError('invalid_cursor', `cursor "${cursor}" is none of a search; start without one`, {
    cursor,
  });
}
