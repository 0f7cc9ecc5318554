import { sessionIdOf } from '../auth/caller.ts';
import type { OperationHandlers } from '../http/operation-handler.ts';
import type { RouteContext } from './context.ts';

type SettingHandlers = Pick<
  OperationHandlers,
  'getSessionContext' | 'getSupportedCommands' | 'setSessionModel' | 'setSessionMode' | 'setApprovalMode'
>;

/** What the agent offers, and what is chosen of it. */
export function settingHandlers({ bridge }: RouteContext): SettingHandlers {
  return {
    async getSessionContext({ params }) {
      return { status: 200, body: await bridge.getSessionContext(sessionIdOf(params.id)) };
    },
    async getSupportedCommands({ params }) {
      return { status: 200, body: await bridge.getSupportedCommands(sessionIdOf(params.id)) };
    },
    async setSessionModel({ params, body: { modelId }, caller }) {
      await bridge.setSessionModel(sessionIdOf(params.id), modelId, caller);
      return { status: 200, body: { modelId } };
    },
    async setSessionMode({ params, body: { modeId }, caller }) {
      const { previous } = await bridge.setSessionMode(sessionIdOf(params.id), modeId, caller);
      return { status: 200, body: { modeId, previous } };
    },
    async setApprovalMode({ params, body: { mode }, caller }) {
      const sessionId = sessionIdOf(params.id);
      const { previous } = await bridge.setSessionMode(sessionId, mode, caller);
      return { status: 200, body: { sessionId, mode, previous, persisted: false } };
    },
  };
}
