import type { DeletedSessions, SessionId } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import { forEachSession } from './for-each-session.ts';
import { purgeSession } from './purge-session.ts';

/** Purges sessions one by one; a fault of one leaves the others alone. */
export async function deleteSessions(core: Core, sessionIds: readonly string[]): Promise<DeletedSessions> {
  const purge = async (sessionId: SessionId) => {
    await purgeSession(core, sessionId, { children: 'detach' });
    return 'removed' as const;
  };
  const { done, notFound, errors } = await forEachSession(core, sessionIds, purge);
  return { removed: done.map(({ sessionId }) => sessionId), notFound, errors };
}
