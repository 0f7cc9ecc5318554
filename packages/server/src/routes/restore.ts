import { sessionIdOf } from '../auth/caller.ts';
import type { OperationHandlers } from '../http/operation-handler.ts';
import type { RouteContext } from './context.ts';
import { bound, replayed } from './lifecycle.ts';

type RestoreHandlers = Pick<OperationHandlers, 'loadSession' | 'resumeSession' | 'branchSession'>;

/** How sessions come back, and how one becomes two. */
export function restoreHandlers({ bridge }: RouteContext): RestoreHandlers {
  return {
    async loadSession({ params, body, caller }) {
      const { answer, isReplayed, abandon } = await bound(
        bridge.loadSession(sessionIdOf(params.id), body, caller),
      );
      return { status: 200, body: answer, headers: isReplayed ? replayed : {}, lost: abandon };
    },
    async resumeSession({ params, body, caller }) {
      const { answer, isReplayed, abandon } = await bound(
        bridge.resumeSession(sessionIdOf(params.id), body, caller),
      );
      return { status: 200, body: answer, headers: isReplayed ? replayed : {}, lost: abandon };
    },
    async branchSession({ params, body, caller }) {
      const { answer, isReplayed, abandon } = await bound(
        bridge.branchSession(sessionIdOf(params.id), body, caller),
      );
      return { status: 201, body: answer, headers: isReplayed ? replayed : {}, lost: abandon };
    },
  };
}
