import type { SessionRow as WireRow } from '@holdfast/protocol';
import type { ListSessionsRequest, SessionList } from '../api/session-catalog.ts';
import type { Core } from '../core.ts';
import type { ListQuery, SessionRow } from '../ports/session-index.ts';
import { fromRow } from '../session/snapshot.ts';
import { summarize } from '../session/summary.ts';

const defaultPage = 50;
const largestPage = 200;

/** One page of the sessions of all workspaces. @throws invalid_cursor */
export async function listSessions(core: Core, request: ListSessionsRequest): Promise<SessionList> {
  const { limit = defaultPage, cursor, cwd, agent, state, archived = false, sort } = request;
  return await page(core, { limit, cursor, cwd, agent, lifecycle: state, isArchived: archived, sort });
}

/**
 * One page of the sessions of exactly a cwd, or of a whole workspace for its root or id.
 * @throws invalid_cwd, workspace_mismatch, invalid_cursor
 */
export async function listWorkspaceSessions(
  core: Core,
  workspace: string,
  { size = defaultPage, cursor }: { readonly size?: number; readonly cursor?: string },
): Promise<SessionList> {
  const limit = Math.min(Math.max(Math.trunc(size), 1), largestPage);
  const known = core.workspaces.byId(workspace);
  const located =
    known === undefined ? await core.workspaces.locate(workspace) : { cwd: known.cwd, workspace: known.cwd };
  const isRoot = core.workspaces.roots.some((root) => root.cwd === located.cwd);
  const scope = isRoot ? { workspace: located.cwd } : { cwd: located.cwd };
  return await page(core, { ...scope, limit, cursor, isArchived: false });
}

async function page(core: Core, query: ListQuery): Promise<SessionList> {
  const { rows, nextCursor, total, indexSeq } = await core.index.list(query);
  const sessions = await Promise.all(rows.map((row) => rowOf(core, row)));
  return { sessions, nextCursor, total, indexSeq };
}

/** A session in memory knows better than its row whether it has an agent. */
async function rowOf(core: Core, row: SessionRow): Promise<WireRow> {
  const awake = core.registry.find(row.sessionId);
  if (awake !== undefined) return summarize(awake.state, awake);
  const state = row.snapshot === '' ? undefined : fromRow(row);
  if (state === undefined) {
    const woken = await core.registry.wake(row.sessionId);
    return summarize(woken.state, woken);
  }
  const { lastSeq } = await core.journal.range(row.sessionId);
  return summarize(state, { lastSeq, isAwake: false });
}
