import { permissionRequestIdOf, promptIdOf } from '@holdfast/protocol';
import { sessionIdOf } from '../auth/caller.ts';
import { headStartMs } from '../http/head-start.ts';
import type { OperationHandlers } from '../http/operation-handler.ts';
import type { RouteContext } from './context.ts';
import { replayed } from './delivered.ts';

type TurnHandlers = Pick<
  OperationHandlers,
  | 'promptSession'
  | 'cancelTurn'
  | 'listPendingPrompts'
  | 'removePendingPrompt'
  | 'votePermission'
  | 'votePermissionLegacy'
>;

/** Prompts, and what a person says to a running turn. */
export function turnHandlers({ bridge }: RouteContext): TurnHandlers {
  return {
    async promptSession({ params, body, caller, request }) {
      const admission = await bridge.promptSession(sessionIdOf(params.id), body, caller);
      // No event of the turn may overtake this answer, and no turn may wait for a client that has gone.
      return {
        status: 202,
        body: admission.answer,
        headers: admission.isReplayed ? replayed : {},
        written: () => admission.release(headStartMs(request.headers)),
        lost: () => admission.release(),
      };
    },
    async cancelTurn({ params, caller }) {
      await bridge.cancelTurn(sessionIdOf(params.id), caller);
      return { status: 204 };
    },
    async listPendingPrompts({ params }) {
      return { status: 200, body: await bridge.listPendingPrompts(sessionIdOf(params.id)) };
    },
    async removePendingPrompt({ params, caller }) {
      const promptId = promptIdOf(params.promptId);
      const removed = await bridge.removePendingPrompt(sessionIdOf(params.id), promptId, caller);
      return { status: 200, body: removed };
    },
    async votePermission({ params, body, caller }) {
      const requestId = permissionRequestIdOf(params.requestId);
      const target = { sessionId: sessionIdOf(params.id), requestId };
      const { isReplayed } = await bridge.votePermission(target, body, caller);
      return { status: 200, body: {}, headers: isReplayed ? replayed : {} };
    },
    async votePermissionLegacy({ params, body, caller }) {
      const requestId = permissionRequestIdOf(params.requestId);
      const { isReplayed } = await bridge.votePermission({ requestId }, body, caller);
      return { status: 200, body: {}, headers: isReplayed ? replayed : {} };
    },
  };
}
