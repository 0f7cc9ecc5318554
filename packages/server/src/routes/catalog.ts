import { DaemonError } from '@holdfast/protocol';
import { sessionIdOf } from '../auth/caller.ts';
import type { OperationHandlers } from '../http/operation-handler.ts';
import type { RouteContext } from './context.ts';

type CatalogHandlers = Pick<
  OperationHandlers,
  'describeSession' | 'getSessionStatus' | 'listWorkspaceSessions' | 'listSessions'
>;

/** Filters of the list that are declared and not built yet. */
const missing = ['active', 'parent', 'label', 'createdAfter', 'updatedAfter', 'q', 'include'] as const;

/** Sessions as rows and in full. */
export function catalogHandlers({ bridge }: RouteContext): CatalogHandlers {
  return {
    async describeSession({ params }) {
      return { status: 200, body: await bridge.describeSession(sessionIdOf(params.id)) };
    },
    async getSessionStatus({ params }) {
      return { status: 200, body: await bridge.getSessionStatus(sessionIdOf(params.id)) };
    },
    async listWorkspaceSessions({ params, query }) {
      const { sessions, nextCursor } = await bridge.listWorkspaceSessions(params.workspace, {
        size: pageSize(query.size),
        cursor: query.cursor,
      });
      return { status: 200, body: { sessions: [...sessions], nextCursor } };
    },
    async listSessions({ query }) {
      const { limit, cursor, cwd, agent, state, archived, sort } = query;
      const unbuilt = missing.find((name) => query[name] !== undefined);
      if (unbuilt !== undefined) throw capabilityMissing(unbuilt);
      if (sort === 'title') throw capabilityMissing('sort=title');
      if (state !== undefined && state !== 'closed') throw capabilityMissing(`state=${state}`);
      const page = await bridge.listSessions({ limit, cursor, cwd, agent, state, archived, sort });
      return { status: 200, body: { ...page, sessions: [...page.sessions] } };
    },
  };
}

/** Rows a page; nothing a client sends is refused here. */
function pageSize(text: string | undefined): number | undefined {
  const size = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(size) ? Math.min(200, Math.max(1, Math.trunc(size))) : undefined;
}

function capabilityMissing(feature: string): DaemonError {
  return new DaemonError('capability_missing', `${feature} is not supported yet; leave it out`, { feature });
}
