import type { SessionCatalog } from '../api/session-catalog.ts';
import type { Core } from '../core.ts';
import { listSessions, listWorkspaceSessions } from '../operations/list-sessions.ts';
import { wakeOpen } from '../operations/wake-open.ts';
import { describe, summarize } from '../session/summary.ts';

export function localCatalog(core: Core): SessionCatalog {
  return {
    async describeSession(sessionId) {
      const session = await core.registry.wake(sessionId);
      return describe(session.state, session, core.epoch);
    },
    async getSessionStatus(sessionId) {
      const session = await wakeOpen(core, sessionId);
      return summarize(session.state, session);
    },
    listSessions: (request) => listSessions(core, request),
    listWorkspaceSessions: (workspace, page) => listWorkspaceSessions(core, workspace, page),
  };
}
