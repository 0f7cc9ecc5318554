import { sessionIdOf } from '../auth/caller.ts';
import type { OperationHandlers } from '../http/operation-handler.ts';
import type { RouteContext } from './context.ts';
import { delivered } from './delivered.ts';

type RestoreHandlers = Pick<OperationHandlers, 'loadSession' | 'resumeSession' | 'branchSession'>;

/** How sessions come back, and how one becomes two. */
export function restoreHandlers({ bridge }: RouteContext): RestoreHandlers {
  return {
    loadSession: ({ params, body, caller }) =>
      delivered(200, bridge.loadSession(sessionIdOf(params.id), body, caller)),
    resumeSession: ({ params, body, caller }) =>
      delivered(200, bridge.resumeSession(sessionIdOf(params.id), body, caller)),
    branchSession: ({ params, body, caller }) =>
      delivered(201, bridge.branchSession(sessionIdOf(params.id), body, caller)),
  };
}
