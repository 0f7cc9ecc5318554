import { DaemonError, type PromptId, type SessionId } from '@holdfast/protocol';
import type { Database, SqlValue } from '../journal/sqlite/database.ts';
import type { Clock } from '../ports/clock.ts';
import type { FoundPage, FoundTurn, SearchQuery } from '../ports/search-index.ts';
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

/**
 * Turns looked at before others have their turn: as many as take this long. To begin with a look costs some milliseconds
 * whatever its size, as FTS5 reads the words' whole lists; so many small ones would cost more than they spare. Rows that
 * are found and filtered out cost most.
 */
const stepMs = { enough: 8, tooMuch: 16 };
const turnsPerStep = { filtered: 8_000, unfiltered: 64_000, least: 4_000, most: 256_000 };
const tokensShown = 24;

/** Looks for words among the newest turns first, a stretch of turns at a time. */
export class SearchReader {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** @throws invalid_cursor */
  async find(query: SearchQuery): Promise<FoundPage> {
    const { limit } = query;
    const rows: FoundRow[] = [];
    let turns = isFiltered(query) ? turnsPerStep.filtered : turnsPerStep.unfiltered;
    let before = positionOf(query.cursor);
    if (query.terms.length === 0) return { turns: [] };
    for (;;) {
      const startedAt = this.#clock.elapsedMs();
      const from = this.#stretch(query, before, turns);
      rows.push(...this.#matches(query, { from, before, limit: limit + 1 - rows.length }));
      turns = paced(turns, this.#clock.elapsedMs() - startedAt);
      if (rows.length > limit || from === 0) break;
      before = from;
      await new Promise<void>((resolve) => this.#clock.nextTick(resolve));
    }
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      turns: page.map(toTurn),
      nextCursor: rows.length > limit && last !== undefined ? String(last[0]) : undefined,
    };
  }

  /** Id of the oldest turn to look at next; 0 where that is all. */
  #stretch({ sessionId }: SearchQuery, before: number, turns: number): number {
    const ofSession = 'session = (SELECT session FROM sessions WHERE session_id = ?) AND';
    const sql = `SELECT id FROM turns WHERE ${sessionId === undefined ? '' : ofSession} id < ? ORDER BY id DESC LIMIT 1 OFFSET ?`;
    const values = [...(sessionId === undefined ? [] : [sessionId]), before, turns - 1];
    return this.#database.prepare<[number]>(sql).row(...values)?.[0] ?? 0;
  }

  #matches(
    { terms, cwd, agent, sessionId, isCurrentOnly }: SearchQuery,
    { from, before, limit }: { readonly from: number; readonly before: number; readonly limit: number },
  ): readonly FoundRow[] {
    const filters = { 's.cwd': cwd, 's.agent': agent, 's.session_id': sessionId };
    const asked = Object.entries(filters).filter(
      (filter): filter is [string, string] => filter[1] !== undefined,
    );
    const conditions = [
      ...asked.map(([column]) => `AND ${column} = ?`),
      ...(isCurrentOnly ? ['AND t.generation = s.generation'] : []),
    ];
    const shown = (column: number) =>
      `snippet(words, ${column}, '${marks.start}', '${marks.end}', '…', ${tokensShown})`;
    const statement = this.#database.prepare<FoundRow>(
      `SELECT t.id, s.session_id, t.prompt_id, t.generation, t.at, t.first_seq, t.last_seq, ${shown(0)}, ${shown(1)}
         FROM words CROSS JOIN turns t ON t.id = words.rowid CROSS JOIN sessions s ON s.session = t.session
         WHERE words MATCH ? AND words.rowid >= ? AND words.rowid < ? ${conditions.join(' ')}
         ORDER BY words.rowid DESC LIMIT ?`,
    );
    const values: SqlValue[] = [expression(terms), from, before, ...asked.map(([, value]) => value), limit];
    return statement.rows(...values);
  }
}

const isFiltered = ({ cwd, agent, sessionId, isCurrentOnly }: SearchQuery): boolean =>
  cwd !== undefined || agent !== undefined || sessionId !== undefined || isCurrentOnly;

/** How many turns the next step looks at. */
function paced(turns: number, tookMs: number): number {
  if (tookMs > stepMs.tooMuch) return Math.max(turnsPerStep.least, turns >> 1);
  return tookMs < stepMs.enough ? Math.min(turnsPerStep.most, turns << 1) : turns;
}

/**
 * As FTS5 reads it: every term a string in quotes, so that nothing typed is syntax, and without the NUL that would end
 * the expression. Source: SQLite FTS5 §3.1.
 */
const expression = (terms: readonly SearchTerm[]): string =>
  terms
    .map(({ text, isPrefix }) => `"${dividedWords(text).replaceAll(/["\0]/g, ' ')}"${isPrefix ? ' *' : ''}`)
    .join(' AND ');

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
