import type { AgentSessionId } from '@holdfast/protocol';
import type { AgentConnection } from '../ports/agents.ts';
import type { Logger } from '../ports/logger.ts';
import type { Settings } from '../session/entry.ts';

/** Applies what clients chose to a new agent session and answers what it took; the rest is left as the agent has it. */
export async function applySettings(
  logger: Logger,
  connection: AgentConnection,
  agentSessionId: AgentSessionId,
  { modelId, modeId }: Settings,
): Promise<Settings> {
  const attempt = async (value: string | undefined, apply: (value: string) => Promise<void>) => {
    if (value === undefined) return undefined;
    try {
      await apply(value);
      return value;
    } catch (error) {
      logger.warn({ agentSessionId, value, err: error }, 'the agent refused a setting of the session');
      return undefined;
    }
  };
  return {
    modelId: await attempt(modelId, (id) => connection.setModel(agentSessionId, id)),
    modeId: await attempt(modeId, (id) => connection.setMode(agentSessionId, id)),
  };
}
