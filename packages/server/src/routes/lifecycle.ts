import { parseSessionId } from '@holdfast/protocol';
import { sessionIdOf } from '../auth/caller.ts';
import type { OperationHandlers } from '../http/operation-handler.ts';
import type { RouteContext } from './context.ts';
import { delivered } from './delivered.ts';

type LifecycleHandlers = Pick<OperationHandlers, 'createSession' | 'heartbeat' | 'detach' | 'closeSession'>;

/** How sessions come, are kept, and end. */
export function lifecycleHandlers({ bridge }: RouteContext): LifecycleHandlers {
  return {
    createSession: ({ body, caller }) => delivered(200, bridge.createSession(body, caller)),
    async heartbeat({ params, caller }) {
      return { status: 200, body: await bridge.heartbeat(sessionIdOf(params.id), caller) };
    },
    async detach({ params, caller }) {
      const sessionId = parseSessionId(params.id);
      // A session that cannot exist has nobody attached.
      if (sessionId !== undefined) await bridge.detach(sessionId, caller);
      return { status: 204 };
    },
    async closeSession({ params, query, caller }) {
      await bridge.closeSession(sessionIdOf(params.id), caller, query);
      return { status: 204 };
    },
  };
}
