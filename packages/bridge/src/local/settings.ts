import type { SupportedCommands } from '@holdfast/protocol';
import type { SessionSettings } from '../api/session-settings.ts';
import type { Core } from '../core.ts';
import { setSessionMode, setSessionModel } from '../operations/configure-session.ts';
import { wakeOpen } from '../operations/wake-open.ts';
import { agentStateOf } from '../session/summary.ts';

export function localSettings(core: Core): SessionSettings {
  return {
    async setSessionModel(sessionId, modelId, caller) {
      await setSessionModel(core, sessionId, modelId, caller);
    },
    setSessionMode: (sessionId, modeId, caller) => setSessionMode(core, sessionId, modeId, caller),
    async getSessionContext(sessionId) {
      const { state } = await wakeOpen(core, sessionId);
      return { v: 1, sessionId, workspaceCwd: state.cwd, state: agentStateOf(state) };
    },
    async getSupportedCommands(sessionId) {
      const { state } = await wakeOpen(core, sessionId);
      // ACP AvailableCommand objects, taken from the agent at its word.
      const availableCommands = [
        ...state.agentState.catalog.availableCommands,
      ] as SupportedCommands['availableCommands'];
      return { v: 1, sessionId, availableCommands, availableSkills: [] };
    },
  };
}
