import type { SessionTurns } from '../api/session-turns.ts';
import type { Core } from '../core.ts';
import { promptSession, touch } from '../operations/prompt-session.ts';
import { votePermission } from '../operations/vote-permission.ts';
import { wakeOpen } from '../operations/wake-open.ts';
import { queueOf } from '../session/state.ts';
import { pendingPrompts } from '../session/summary.ts';
import type { Gate } from './gate.ts';

export function localTurns(core: Core, gate: Gate): SessionTurns {
  return {
    async promptSession(sessionId, body, caller) {
      gate.admit();
      return await promptSession(core, sessionId, body, caller);
    },
    async cancelTurn(sessionId, caller) {
      const session = await core.registry.wake(sessionId);
      touch(core, session, caller);
      // No terminal may overtake the answer of the prompt it ends.
      await session.admissions.settled();
      await session.execute({ kind: 'cancel', clientId: caller.clientId });
    },
    votePermission: (target, body, caller) => votePermission(core, target, body, caller),
    async listPendingPrompts(sessionId) {
      const { state } = await wakeOpen(core, sessionId);
      return { pendingPrompts: pendingPrompts(state) };
    },
    async removePendingPrompt(sessionId, promptId, caller) {
      const session = await wakeOpen(core, sessionId);
      await session.admissions.settled();
      const removed = queueOf(session.state.phase).some((prompt) => prompt.promptId === promptId);
      await session.execute({ kind: 'remove', promptId, clientId: caller.clientId });
      return { removed };
    },
  };
}
