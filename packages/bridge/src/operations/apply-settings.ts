import type { AgentSessionId } from '@holdfast/protocol';
import type { AgentConnection } from '../ports/agents.ts';
import type { Logger } from '../ports/logger.ts';
import type { ConfigValue, Settings } from '../session/entry.ts';

/** Applies what clients chose to a new agent session and answers what it took; the rest is left as the agent has it. */
export async function applySettings(
  logger: Logger,
  connection: AgentConnection,
  agentSessionId: AgentSessionId,
  { modelId, modeId, config = {} }: Settings,
): Promise<Settings> {
  const attempt = async <Value extends ConfigValue>(
    value: Value | undefined,
    apply: (value: Value) => Promise<unknown>,
  ) => {
    if (value === undefined) return undefined;
    try {
      await apply(value);
      return value;
    } catch (error) {
      logger.warn({ agentSessionId, value, err: error }, 'the agent refused a setting of the session');
      return undefined;
    }
  };
  const taken: [string, ConfigValue][] = [];
  for (const [id, wanted] of Object.entries(config)) {
    const value = await attempt(wanted, (choice) => connection.setConfigOption(agentSessionId, id, choice));
    if (value !== undefined) taken.push([id, value]);
  }
  return {
    config: taken.length === 0 ? undefined : Object.fromEntries(taken),
    modelId: await attempt(modelId, (id) => connection.setModel(agentSessionId, id)),
    modeId: await attempt(modeId, (id) => connection.setMode(agentSessionId, id)),
  };
}
