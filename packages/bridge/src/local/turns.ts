import type { SessionTurns } from '../api/session-turns.ts';
import type { Core } from '../core.ts';
import { abortTurn, cancelTurn } from '../operations/abort-turn.ts';
import { getPrompt } from '../operations/get-prompt.ts';
import { promptSession, steerTurn } from '../operations/prompt-session.ts';
import { votePermission } from '../operations/vote-permission.ts';
import { wakeOpen } from '../operations/wake-open.ts';
import { removable } from '../session/decide-abort.ts';
import { pendingPrompts } from '../session/summary.ts';
import type { Gate } from './gate.ts';

export function localTurns(core: Core, gate: Gate): SessionTurns {
  return {
    async promptSession(sessionId, body, caller) {
      gate.admit();
      return await promptSession(core, sessionId, body, caller);
    },
    async cancelTurn(sessionId, caller) {
      await cancelTurn(core, sessionId, caller);
    },
    async steerTurn(sessionId, body, caller) {
      gate.admit();
      return await steerTurn(core, sessionId, body, caller);
    },
    abortTurn: (sessionId, body, caller) => abortTurn(core, sessionId, body, caller),
    getPrompt: (sessionId, promptId) => getPrompt(core, sessionId, promptId),
    votePermission: (target, body, caller) => votePermission(core, target, body, caller),
    async listPendingPrompts(sessionId) {
      const { state } = await wakeOpen(core, sessionId);
      return { pendingPrompts: pendingPrompts(state) };
    },
    async removePendingPrompt(sessionId, promptId, caller) {
      const session = await wakeOpen(core, sessionId);
      while (!session.admissions.isSettled) await session.admissions.settled();
      const removed = removable(session.state.phase).some((prompt) => prompt.promptId === promptId);
      await session.execute({ kind: 'remove', promptId, clientId: caller.clientId });
      return { removed };
    },
  };
}
