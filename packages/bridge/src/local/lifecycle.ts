import type { SessionLifecycle } from '../api/session-lifecycle.ts';
import type { Core } from '../core.ts';
import { branchSession } from '../operations/branch-session.ts';
import { closeSession } from '../operations/close-session.ts';
import { createSession } from '../operations/create-session.ts';
import { detachClient } from '../operations/detach-client.ts';
import { Openings } from '../operations/openings.ts';
import { type Restores, restoreSession } from '../operations/restore-session.ts';
import { wakeOpen } from '../operations/wake-open.ts';
import { requireRegistered } from '../session/decision.ts';
import type { Gate } from './gate.ts';

export function localLifecycle(core: Core, gate: Gate): SessionLifecycle {
  const openings = new Openings();
  const restores: Restores = new Map();
  return {
    async createSession(body, caller) {
      gate.admit();
      return await createSession(core, openings, body, caller);
    },
    async heartbeat(sessionId, caller) {
      const session = await wakeOpen(core, sessionId);
      requireRegistered(session.state, caller.clientId);
      session.presence.see(core.clock.now(), caller.clientId);
      return { sessionId, clientId: caller.clientId, lastSeenAt: session.lastSeenAt };
    },
    async detach(sessionId, caller) {
      await detachClient(core, sessionId, caller);
    },
    async closeSession(sessionId, caller, query) {
      await closeSession(core, sessionId, caller, query);
    },
    async loadSession(sessionId, body, caller) {
      gate.admit();
      return await restoreSession(core, restores, 'load', { sessionId, body }, caller);
    },
    async resumeSession(sessionId, body, caller) {
      gate.admit();
      return await restoreSession(core, restores, 'resume', { sessionId, body }, caller);
    },
    async branchSession(sessionId, body, caller) {
      gate.admit();
      return await branchSession(core, sessionId, body, caller);
    },
  };
}
