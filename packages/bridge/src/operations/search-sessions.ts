import {
  parseSessionId,
  type SearchHit,
  type SearchPage,
  type SearchSessionsQuery,
} from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { FoundTurn } from '../ports/search-index.ts';
import { searchTerms } from '../search/search-terms.ts';

const defaultLimit = 20;
/** What ended a moment ago should be found: how long a search waits for it. */
const patienceMs = 250;

/** One page of the turns that contain what was typed, newest first. @throws invalid_cursor */
export async function searchSessions(core: Core, query: SearchSessionsQuery): Promise<SearchPage> {
  const { q, limit = defaultLimit, cursor, cwd, agent, generation = 'all' } = query;
  const { search } = core;
  await search.settled(patienceMs);
  const pendingSessions = search.pendingSessions();
  const sessionId = query.sessionId === undefined ? undefined : parseSessionId(query.sessionId);
  const isNobodys = query.sessionId !== undefined && sessionId === undefined;
  const found = isNobodys
    ? { turns: [], nextCursor: undefined }
    : await search.search({
        terms: searchTerms(q),
        limit,
        cursor,
        cwd,
        agent,
        sessionId,
        isCurrentOnly: generation === 'current',
      });
  const hits = await Promise.all(found.turns.map((turn) => hitOf(core, turn)));
  return {
    hits: hits.filter((hit) => hit !== undefined),
    nextCursor: found.nextCursor,
    isComplete: pendingSessions === 0,
    pendingSessions,
  };
}

/** A session that was erased is found no more, whatever the search still has of it. */
async function hitOf({ index }: Core, turn: FoundTurn): Promise<SearchHit | undefined> {
  const { sessionId, promptId, generation, at, firstSeq, lastSeq, matches } = turn;
  const row = await index.find(sessionId);
  if (row === undefined) return undefined;
  return {
    sessionId,
    title: row.displayName ?? row.agentTitle ?? row.firstPrompt ?? undefined,
    workspaceCwd: row.cwd,
    agent: row.agent,
    promptId,
    generation,
    at,
    firstEventId: firstSeq,
    lastEventId: lastSeq,
    matches: [...matches],
  };
}
