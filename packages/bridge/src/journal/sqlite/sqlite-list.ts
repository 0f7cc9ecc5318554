import type { Clock } from '../../ports/clock.ts';
import type { ListedSession, ListQuery, SessionPage } from '../../ports/session-index.ts';
import { decodeListCursor, encodeListCursor, type ListPosition, precedes } from '../list-cursor.ts';
import type { Database, Statement } from './database.ts';
import { listedColumns } from './index-schema.ts';
import {
  amongQuery,
  countQuery,
  fewQueries,
  isWalkExact,
  type Query,
  totalQuery,
  walkQuery,
} from './list-query.ts';
import { type StoredListing, toListed } from './listed-rows.ts';

/** Sessions that are sorted for a page rather than found in order: about a millisecond. */
const few = 1_000;
/** Rows a page is looked for in, when a filter has no index and matches are rare: some 10 ms, in pieces. */
const walkedRows = 5_000;
/** Looked at in one piece; then others have their turn. */
const walkedAtOnce = 500;

type PlaceRow = [at: number | string, row: number, isMatch: number];

/** A row that matches, as it was when it did. */
interface Match {
  readonly place: ListPosition;
  readonly listed: ListedSession;
}

interface Found {
  readonly matches: readonly Match[];
  /** Where the next page begins. */
  readonly next: ListPosition | undefined;
}

/** Pages of the session index. */
export class SqliteList {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #byNumber: Statement<StoredListing>;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#byNumber = database.prepare(`SELECT ${listedColumns} FROM sessions WHERE id = ?`);
  }

  /** What is written while a page is looked for may be in it, and has a greater number than the index had at its beginning. @throws invalid_cursor */
  async page(query: ListQuery): Promise<Omit<SessionPage, 'indexSeq'>> {
    const after = query.cursor === undefined ? undefined : decodeListCursor(query.cursor, query);
    const { matches, next } = await this.#find(query, after);
    return {
      rows: matches.map(({ listed }) => listed),
      nextCursor: next && encodeListCursor(next, query),
      total: this.#first<[number]>(totalQuery(query))?.[0] ?? 0,
    };
  }

  async #find(query: ListQuery, after: ListPosition | undefined): Promise<Found> {
    if (query.isArchived === undefined) {
      const kept = await this.#find({ ...query, isArchived: false }, after);
      return merged([kept, await this.#find({ ...query, isArchived: true }, after)], query);
    }
    if (isWalkExact(query)) return this.#walk(query, after);
    const way = fewQueries(query).find(
      (candidate) => (this.#first<[number]>(countQuery(candidate, few + 1))?.[0] ?? 0) <= few,
    );
    if (way === undefined) return this.#walk(query, after);
    const rows = this.#rows<PlaceRow>(amongQuery(query, way, after, query.limit + 1));
    return pageOf(this.#matchesIn(rows), query.limit);
  }

  /** Follows the order until the page is full. Rare matches end it early: the next page goes on from there. */
  async #walk(query: ListQuery, after: ListPosition | undefined): Promise<Found> {
    const { limit } = query;
    // Most filters are met by every other row or so: then the first piece is enough.
    let atOnce = isWalkExact(query) ? limit + 1 : Math.min(4 * limit, walkedAtOnce);
    const matches: Match[] = [];
    let last = after;
    for (let walked = 0; walked < walkedRows; walked += atOnce) {
      if (walked > 0) {
        await new Promise<void>((resolve) => this.#clock.nextTick(resolve));
        atOnce = walkedAtOnce;
      }
      const rows = this.#walked(query, last, atOnce);
      const found = rows.filter(([, , isMatch]) => isMatch === 1).slice(0, limit + 1 - matches.length);
      matches.push(...this.#matchesIn(found));
      if (matches.length > limit || rows.length < atOnce) return pageOf(matches, limit);
      const [end] = rows.slice(-1);
      last = end && placeOf(end);
    }
    return { matches, next: last };
  }

  #matchesIn(rows: readonly PlaceRow[]): readonly Match[] {
    return rows.flatMap((row) => {
      const stored = this.#byNumber.row(row[1]);
      return stored === undefined ? [] : [{ place: placeOf(row), listed: toListed(stored) }];
    });
  }

  #walked(query: ListQuery, after: ListPosition | undefined, count: number): readonly PlaceRow[] {
    if (after === undefined) return this.#rows<PlaceRow>(walkQuery(query, undefined, count));
    const ties = this.#rows<PlaceRow>(walkQuery(query, { within: after }, count));
    if (ties.length === count) return ties;
    return [...ties, ...this.#rows<PlaceRow>(walkQuery(query, { beyond: after }, count - ties.length))];
  }

  #rows<Row extends PlaceRow>({ sql, values }: Query): readonly Row[] {
    return this.#database.prepare<Row>(sql).rows(...values);
  }

  #first<Row extends [number]>({ sql, values }: Query): Row | undefined {
    return this.#database.prepare<Row>(sql).row(...values);
  }
}

/** One page of several: as far as all of them were looked through. */
function merged(parts: readonly Found[], query: ListQuery): Found {
  const isBefore =
    query.sort === 'title' ? precedes : (one: ListPosition, other: ListPosition) => precedes(other, one);
  const inOrder = (one: ListPosition, other: ListPosition) => (isBefore(one, other) ? -1 : 1);
  const [bound] = parts.flatMap(({ next }) => next ?? []).sort(inOrder);
  const matches = parts.flatMap((part) => part.matches).sort((one, other) => inOrder(one.place, other.place));
  if (bound === undefined) return pageOf(matches, query.limit);
  const page = pageOf(
    matches.filter(({ place }) => !isBefore(bound, place)),
    query.limit,
  );
  return { matches: page.matches, next: page.next ?? bound };
}

function pageOf(matches: readonly Match[], limit: number): Found {
  const page = matches.slice(0, limit);
  return { matches: page, next: matches.length > limit ? page.at(-1)?.place : undefined };
}

const placeOf = ([at, row]: PlaceRow): ListPosition => ({ at, row });
