import type { AgentSessionId, SessionId } from '@holdfast/protocol';
import type {
  IndexChange,
  IndexRange,
  ListedSession,
  ListQuery,
  SessionIndex,
  SessionPage,
  SessionRow,
} from '../../ports/session-index.ts';
import type { IndexWatchers } from '../index-watchers.ts';
import { decodeListCursor, encodeListCursor, type ListPosition, precedes } from '../list-cursor.ts';
import { foldCase, titleKey } from '../title-key.ts';
import type { MemoryRecords } from './memory-records.ts';

interface Placed {
  readonly row: SessionRow;
  readonly place: ListPosition;
}

/** The index over rows in memory. A list costs as much as there are rows. */
export class MemoryIndex implements SessionIndex {
  readonly #records: MemoryRecords;
  readonly #watchers: IndexWatchers;

  constructor(records: MemoryRecords, watchers: IndexWatchers) {
    this.#records = records;
    this.#watchers = watchers;
  }

  async find(sessionId: SessionId): Promise<SessionRow | undefined> {
    return this.#records.rows.get(sessionId)?.row;
  }

  async list(query: ListQuery): Promise<SessionPage> {
    const { sort = 'activity', cursor, limit } = query;
    const after = cursor === undefined ? undefined : decodeListCursor(cursor, query);
    const inOrder =
      sort === 'title' ? precedes : (one: ListPosition, other: ListPosition) => precedes(other, one);
    const matching = [...this.#records.rows.values()]
      .filter(({ row }) => matches(row, query))
      .map(({ row, number }): Placed => ({ row, place: { at: sortKey(row, sort), row: number } }))
      .sort((one, other) => (inOrder(one.place, other.place) ? -1 : 1));
    const following = after === undefined ? matching : matching.filter(({ place }) => inOrder(after, place));
    const page = following.slice(0, limit);
    const last = page.at(-1);
    return {
      rows: page.map(({ row }) => row),
      nextCursor:
        following.length > limit && last !== undefined ? encodeListCursor(last.place, query) : undefined,
      total: this.#rows().filter((row) => isCounted(row, query)).length,
      indexSeq: this.#records.indexSeq,
    };
  }

  async changes(after: number, limit: number): Promise<readonly IndexChange[]> {
    const changed = [...this.#records.rows.values()].map(
      ({ row, indexSeq }): IndexChange => ({ indexSeq, sessionId: row.sessionId, row }),
    );
    return [...changed, ...this.#records.removed]
      .filter(({ indexSeq }) => indexSeq > after)
      .sort((one, other) => one.indexSeq - other.indexSeq)
      .slice(0, limit);
  }

  range(): IndexRange {
    return { earliestSeq: this.#records.indexFloor, lastSeq: this.#records.indexSeq };
  }

  watch(onChanged: () => void): () => void {
    return this.#watchers.watch(onChanged);
  }

  async unfinished(): Promise<readonly SessionRow[]> {
    return this.#rows().filter((row) => row.isUnfinished);
  }

  async unattended(): Promise<readonly SessionRow[]> {
    return this.#rows().filter(({ state }) => state === 'opening' || state === 'idle' || state === 'running');
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

  async findByAgentSession(agent: string, agentSessionId: AgentSessionId): Promise<SessionId | undefined> {
    return this.#rows().find((row) => row.agent === agent && row.agentSessionId === agentSessionId)
      ?.sessionId;
  }

  async findByAlias(alias: string): Promise<SessionId | undefined> {
    return this.#rows().find((row) => row.alias === alias)?.sessionId;
  }

  async findByLabel(label: string, limit: number): Promise<readonly SessionId[]> {
    const labelled = this.#rows().filter((row) => row.labels.includes(label));
    return labelled.slice(0, limit).map(({ sessionId }) => sessionId);
  }

  async findByIdPrefix(prefix: string, limit: number): Promise<readonly SessionId[]> {
    const ids = [...this.#records.rows.keys()].filter((sessionId) => sessionId.startsWith(prefix));
    return ids.sort().slice(0, limit);
  }

  async childrenOf(parentSessionId: SessionId): Promise<readonly ListedSession[]> {
    return this.#rows().filter((row) => row.parentSessionId === parentSessionId);
  }

  #rows(): SessionRow[] {
    return [...this.#records.rows.values()].map(({ row }) => row);
  }
}

function isCounted(
  row: SessionRow,
  { cwd, workspace, agent, lifecycle, state, isArchived }: ListQuery,
): boolean {
  const kind = lifecycle ?? (state === 'closed' ? 'closed' : undefined);
  return (
    (cwd === undefined || row.cwd === cwd) &&
    (workspace === undefined || row.workspace === workspace) &&
    (agent === undefined || row.agent === agent) &&
    (kind === undefined || row.lifecycle === kind) &&
    (isArchived === undefined || row.isArchived === isArchived)
  );
}

function matches(row: SessionRow, query: ListQuery): boolean {
  const {
    state,
    hasActivePrompt,
    parentSessionId,
    label,
    createdAfter = 0,
    activeAfter = 0,
    titlePart,
  } = query;
  return (
    isCounted(row, query) &&
    (state === undefined || row.state === state) &&
    (hasActivePrompt === undefined || row.hasActivePrompt === hasActivePrompt) &&
    (parentSessionId === undefined || row.parentSessionId === parentSessionId) &&
    (label === undefined || row.labels.includes(label)) &&
    (createdAfter <= 0 || row.createdAt > createdAfter) &&
    (activeAfter <= 0 || row.activityAt > activeAfter) &&
    (titlePart === undefined || titleKey(row).includes(foldCase(titlePart)))
  );
}

function sortKey(row: SessionRow, sort: NonNullable<ListQuery['sort']>): ListPosition['at'] {
  if (sort === 'title') return titleKey(row);
  return sort === 'activity' ? row.activityAt : row.createdAt;
}
