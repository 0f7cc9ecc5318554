import type { ListSessionsRequest } from '@holdfast/bridge';
import type { ListSessionsQuery } from '@holdfast/protocol';
import { sessionIdOf } from '../auth/caller.ts';
import { etag } from '../http/etag.ts';
import type { OperationHandlers } from '../http/operation-handler.ts';
import { requireEventStream, streamCursor, streamHeaders } from '../http/stream-cursor.ts';
import type { RouteContext } from './context.ts';

type CatalogHandlers = Pick<
  OperationHandlers,
  'describeSession' | 'getSessionStatus' | 'listWorkspaceSessions' | 'listSessions' | 'watchSessions'
>;

/** Sessions as rows and in full. */
export function catalogHandlers({ bridge, indexFeed }: RouteContext): CatalogHandlers {
  return {
    async describeSession({ params }) {
      const session = await bridge.describeSession(sessionIdOf(params.id));
      return { status: 200, body: session, headers: etag(session.revision) };
    },
    async getSessionStatus({ params }) {
      return { status: 200, body: await bridge.getSessionStatus(sessionIdOf(params.id)) };
    },
    async listWorkspaceSessions({ params, query }) {
      const { sessions, nextCursor } = await bridge.listWorkspaceSessions(params.workspace, {
        size: pageSize(query.size),
        cursor: query.cursor,
        isArchived: query.archiveState === 'archived',
      });
      return { status: 200, body: { sessions: [...sessions], nextCursor } };
    },
    async listSessions({ query }) {
      const hasPreviews = query.include?.split(',').includes('preview');
      const page = await bridge.listSessions({ ...listRequest(query), hasPreviews, cursor: query.cursor });
      return { status: 200, body: { ...page, sessions: [...page.sessions] } };
    },
    async watchSessions({ query, request }) {
      requireEventStream(request.headers.accept);
      const subscription = bridge.watchSessions(streamCursor(request.headers, query));
      const snapshot = query.snapshot === '1' ? () => subscription.snapshot(listRequest(query)) : undefined;
      return {
        status: 200,
        headers: streamHeaders(bridge.epoch),
        stream: (response) => indexFeed.open({ subscription, response, snapshot }),
      };
    },
  };
}

/** The filters of a request, which are checked, as the bridge takes them. */
function listRequest({
  parent,
  ...query
}: Omit<ListSessionsQuery, 'include' | 'cursor'>): ListSessionsRequest {
  const { limit, sort, cwd, agent, state, active, label, archived, createdAfter, updatedAfter, q } = query;
  return {
    ...{ limit, sort, cwd, agent, state, active, label, archived, createdAfter, updatedAfter, q },
    parent: parent === undefined ? undefined : sessionIdOf(parent),
  };
}

/** Rows a page; nothing a client sends is refused here. */
function pageSize(text: string | undefined): number | undefined {
  const size = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(size) ? Math.min(200, Math.max(1, Math.trunc(size))) : undefined;
}
