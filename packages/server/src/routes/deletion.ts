import type { OperationHandlers } from '../http/operation-handler.ts';
import type { RouteContext } from './context.ts';

type DeletionHandlers = Pick<OperationHandlers, 'deleteSessions' | 'archiveSessions' | 'unarchiveSessions'>;

/** Many sessions at once. */
export function deletionHandlers({ bridge }: RouteContext): DeletionHandlers {
  return {
    async deleteSessions({ body: { sessionIds } }) {
      return { status: 200, body: await bridge.deleteSessions(sessionIds) };
    },
    async archiveSessions({ body: { sessionIds } }) {
      return { status: 200, body: await bridge.archiveSessions(sessionIds) };
    },
    async unarchiveSessions({ body: { sessionIds } }) {
      return { status: 200, body: await bridge.unarchiveSessions(sessionIds) };
    },
  };
}
