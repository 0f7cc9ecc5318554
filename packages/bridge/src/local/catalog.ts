import type { SessionCatalog } from '../api/session-catalog.ts';
import type { Core } from '../core.ts';
import { listSessions, listWorkspaceSessions } from '../operations/list-sessions.ts';
import { wakeOpen } from '../operations/wake-open.ts';
import { IndexReaders, watchSessions } from '../operations/watch-sessions.ts';
import { describe, summarize } from '../session/summary.ts';

export function localCatalog(core: Core): SessionCatalog {
  const indexReaders = new IndexReaders();
  return {
    async describeSession(sessionId) {
      const session = await core.registry.wake(sessionId);
      const children = await core.index.childrenOf(sessionId);
      const { state, lastSeq, lastSeenAt } = session;
      return describe(state, { lastSeq, lastSeenAt, children }, core.epoch);
    },
    async getSessionStatus(sessionId) {
      const session = await wakeOpen(core, sessionId);
      return summarize(session.state, session);
    },
    listSessions: (request) => listSessions(core, request),
    watchSessions: (request) => watchSessions(core, indexReaders, request),
    listWorkspaceSessions: (workspace, page) => listWorkspaceSessions(core, workspace, page),
  };
}
