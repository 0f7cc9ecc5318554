import type { SessionContextOperations } from '../api/session-context.ts';
import type { Core } from '../core.ts';
import { branchCheckpoint } from '../operations/branch-checkpoint.ts';
import { compactSession } from '../operations/compact-session.ts';
import { createCheckpoint, shown } from '../operations/create-checkpoint.ts';
import { resetSession } from '../operations/reset-session.ts';
import { restoreCheckpoint } from '../operations/restore-checkpoint.ts';
import { trimSession } from '../operations/trim-session.ts';
import { findCheckpoint } from '../session/decide-context.ts';
import type { Gate } from './gate.ts';

export function localContext(core: Core, gate: Gate): SessionContextOperations {
  return {
    async resetSession(sessionId, body, caller) {
      gate.admit();
      return await resetSession(core, sessionId, body, caller);
    },
    async compactSession(sessionId, body, caller) {
      gate.admit();
      return await compactSession(core, sessionId, body, caller);
    },
    trimSession: (sessionId, body, caller) => trimSession(core, sessionId, body, caller),
    async listGenerations(sessionId) {
      const { state } = await core.registry.wake(sessionId);
      const generations = state.generations.map(({ isTold: _, upToEventId, basis, ...generation }) => ({
        ...generation,
        upToEventId: upToEventId ?? undefined,
        basis: basis.kind,
      }));
      return { generations };
    },
    async listCheckpoints(sessionId) {
      const { state } = await core.registry.wake(sessionId);
      return { checkpoints: state.checkpoints.map((checkpoint) => shown(sessionId, checkpoint)) };
    },
    async getCheckpoint({ sessionId, checkpointId }) {
      const { state } = await core.registry.wake(sessionId);
      return shown(sessionId, findCheckpoint(state, checkpointId));
    },
    createCheckpoint: (sessionId, body, caller) => createCheckpoint(core, sessionId, body, caller),
    async branchCheckpoint(target, body, caller) {
      gate.admit();
      return await branchCheckpoint(core, target, body, caller);
    },
    async restoreCheckpoint(target, body, caller) {
      gate.admit();
      return await restoreCheckpoint(core, target, body, caller);
    },
  };
}
