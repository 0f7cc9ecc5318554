import type { ListSessionsRequest, SessionList } from '../api/list-request.ts';
import type { WorkspacePageRequest } from '../api/session-catalog.ts';
import type { Core } from '../core.ts';
import type { ListQuery } from '../ports/session-index.ts';
import { rowOf } from '../session/summary.ts';

const defaultPage = 50;
const largestPage = 200;

/** One page of the sessions of all workspaces. @throws invalid_cursor */
export async function listSessions(core: Core, request: ListSessionsRequest): Promise<SessionList> {
  return await page(core, listQuery(request), { hasPreviews: request.hasPreviews ?? false });
}

/** What the index is asked for a list. */
export function listQuery(request: ListSessionsRequest): ListQuery {
  const { limit = defaultPage, cursor, sort, cwd, agent, state, archived = false } = request;
  const { active, parent, label, createdAfter, updatedAfter, q } = request;
  return {
    ...{ limit, cursor, sort, cwd, agent, label, createdAfter },
    isArchived: archived,
    lifecycle: state === 'open' ? 'open' : undefined,
    state: state === 'open' ? undefined : state,
    hasActivePrompt: active,
    parentSessionId: parent,
    activeAfter: updatedAfter,
    titlePart: q === '' ? undefined : q,
  };
}

/**
 * One page of the sessions of exactly a cwd, or of a whole workspace for its root or id.
 * @throws invalid_cwd, workspace_mismatch, invalid_cursor
 */
export async function listWorkspaceSessions(
  core: Core,
  workspace: string,
  { size = defaultPage, cursor, isArchived = false }: WorkspacePageRequest,
): Promise<SessionList> {
  const limit = Math.min(Math.max(Math.trunc(size), 1), largestPage);
  const known = core.workspaces.byId(workspace);
  const located =
    known === undefined ? await core.workspaces.locate(workspace) : { cwd: known.cwd, workspace: known.cwd };
  const isRoot = core.workspaces.roots.some((root) => root.cwd === located.cwd);
  const scope = isRoot ? { workspace: located.cwd } : { cwd: located.cwd };
  return await page(core, { ...scope, limit, cursor, isArchived }, { hasPreviews: false });
}

async function page(
  core: Core,
  query: ListQuery,
  { hasPreviews }: { readonly hasPreviews: boolean },
): Promise<SessionList> {
  const { rows, nextCursor, total, indexSeq } = await core.index.list(query);
  const sessions = rows.map((row) => {
    const { preview, ...shown } = rowOf(row);
    const lastSeenAt = core.registry.find(row.sessionId)?.lastSeenAt;
    return hasPreviews ? { ...shown, preview, lastSeenAt } : { ...shown, lastSeenAt };
  });
  return { sessions, nextCursor, total, indexSeq };
}
