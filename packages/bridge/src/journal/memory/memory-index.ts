import type { SessionId } from '@holdfast/protocol';
import type { ListQuery, SessionIndex, SessionPage, SessionRow } from '../../ports/session-index.ts';
import { decodeListCursor, encodeListCursor, type ListPosition } from '../list-cursor.ts';
import type { MemoryRecords } from './memory-records.ts';

interface Placed {
  readonly row: SessionRow;
  readonly place: ListPosition;
}

/** The index over rows in memory. A list costs as much as there are rows. */
export class MemoryIndex implements SessionIndex {
  readonly #records: MemoryRecords;

  constructor(records: MemoryRecords) {
    this.#records = records;
  }

  async find(sessionId: SessionId): Promise<SessionRow | undefined> {
    return this.#records.rows.get(sessionId)?.row;
  }

  async list(query: ListQuery): Promise<SessionPage> {
    const { sort = 'activity', cursor, limit } = query;
    const after = cursor === undefined ? undefined : decodeListCursor(cursor, sort);
    const matching = [...this.#records.rows.values()]
      .filter(({ row }) => matches(row, query))
      .map(({ row, number }) => ({ row, place: { sort, at: sortKey(row, sort), row: number } }))
      .sort(newestFirst);
    const following =
      after === undefined ? matching : matching.filter((placed) => isAfter(placed.place, after));
    const page = following.slice(0, limit);
    const last = page.at(-1);
    return {
      rows: page.map(({ row }) => row),
      nextCursor: following.length > limit && last !== undefined ? encodeListCursor(last.place) : undefined,
      total: matching.length,
      indexSeq: this.#records.indexSeq,
    };
  }

  async unfinished(): Promise<readonly SessionRow[]> {
    return this.#rows().filter((row) => row.isUnfinished);
  }

  async defaultTarget(cwd: string, agent: string): Promise<SessionRow | undefined> {
    return this.#rows()
      .filter(
        (row) => row.isDefaultTarget && row.lifecycle === 'open' && row.cwd === cwd && row.agent === agent,
      )
      .sort((one, other) => one.createdAt - other.createdAt)
      .at(-1);
  }

  async hasDisplayName(workspace: string, displayName: string): Promise<boolean> {
    return this.#rows().some((row) => row.workspace === workspace && row.displayName === displayName);
  }

  async unindexed(): Promise<readonly SessionId[]> {
    return [...this.#records.streams.keys()].filter((sessionId) => !this.#records.rows.has(sessionId));
  }

  #rows(): SessionRow[] {
    return [...this.#records.rows.values()].map(({ row }) => row);
  }
}

function matches(row: SessionRow, { cwd, workspace, agent, lifecycle, isArchived }: ListQuery): boolean {
  return (
    (cwd === undefined || row.cwd === cwd) &&
    (workspace === undefined || row.workspace === workspace) &&
    (agent === undefined || row.agent === agent) &&
    (lifecycle === undefined || row.lifecycle === lifecycle) &&
    (isArchived === undefined || row.isArchived === isArchived)
  );
}

function sortKey(row: SessionRow, sort: ListPosition['sort']): number {
  return sort === 'activity' ? row.activityAt : row.createdAt;
}

function newestFirst(one: Placed, other: Placed): number {
  return other.place.at - one.place.at || other.place.row - one.place.row;
}

function isAfter(place: ListPosition, after: ListPosition): boolean {
  return place.at < after.at || (place.at === after.at && place.row < after.row);
}
