import { DaemonError, type PromptId, type SessionId } from '@holdfast/protocol';
import type { DatabaseThread } from '../journal/sqlite/database-thread.ts';
import type { FoundPage, FoundTurn, SearchQuery } from '../ports/search-index.ts';
import { filterWords, type SearchFilters } from './filter-words.ts';
import { foundText } from './found-text.ts';
import { dividedWords, type SearchTerm } from './search-terms.ts';
import { marks } from './turn-text.ts';

type FoundRow = [
  id: number,
  sessionId: string,
  promptId: string,
  generation: number,
  at: number,
  firstSeq: number,
  lastSeq: number,
  user: string,
  agent: string,
];

const tokensShown = 24;

/** Looks for words, the newest turns first. */
export class SearchReader {
  readonly #thread: DatabaseThread;

  constructor(thread: DatabaseThread) {
    this.#thread = thread;
  }

  /** @throws invalid_cursor */
  async find({ terms, limit, cursor, isCurrentOnly, ...filters }: SearchQuery): Promise<FoundPage> {
    const before = positionOf(cursor);
    if (terms.length === 0) return { turns: [] };
    const rows = await this.#thread.rows<FoundRow>(
      isCurrentOnly ? `${found} AND t.generation = s.generation ${newestFirst}` : `${found} ${newestFirst}`,
      [expression(terms, filters), before, limit + 1],
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      turns: page.map(toTurn),
      nextCursor: rows.length > limit && last !== undefined ? String(last[0]) : undefined,
    };
  }
}

const shown = (column: number): string =>
  `snippet(words, ${column}, '${marks.start}', '${marks.end}', '…', ${tokensShown})`;

const found = `
  SELECT t.id, s.session_id, t.prompt_id, t.generation, t.at, t.first_seq, t.last_seq, ${shown(0)}, ${shown(1)}
    FROM words CROSS JOIN turns t ON t.id = words.rowid CROSS JOIN sessions s ON s.session = t.session
    WHERE words MATCH ? AND words.rowid < ?`;
const newestFirst = 'ORDER BY words.rowid DESC LIMIT ?';

/**
 * As FTS5 reads it: every term a string in quotes, so that nothing typed is syntax, and without the NUL that would end
 * the expression. Source: SQLite FTS5 §3.1.
 */
function expression(terms: readonly SearchTerm[], filters: SearchFilters): string {
  const words = terms.map(
    ({ text, isPrefix }) => `"${dividedWords(text).replaceAll(/["\0]/g, ' ')}"${isPrefix ? ' *' : ''}`,
  );
  const about = filterWords(filters).map((word) => `about : "${word}"`);
  return [`{user agent} : (${words.join(' AND ')})`, ...about].join(' AND ');
}

function toTurn(row: FoundRow): FoundTurn {
  const [, sessionId, promptId, generation, at, firstSeq, lastSeq, user, agent] = row;
  const matches = [foundText('user', user), foundText('agent', agent)].filter((match) => match !== undefined);
  return {
    // Both were ids when they were written.
    sessionId: sessionId as SessionId,
    promptId: promptId as PromptId,
    generation,
    at,
    firstSeq,
    lastSeq,
    matches,
  };
}

function positionOf(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  if (/^\d{1,15}$/.test(cursor) || (/^\d{16}$/.test(cursor) && Number.isSafeInteger(Number(cursor))))
    return Number(cursor);
  throw new DaemonError('invalid_cursor', `cursor "${cursor}" is none of a search; start without one`, {
    cursor,
  });
}
