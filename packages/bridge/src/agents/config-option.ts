import type { AgentSessionId } from '@holdfast/protocol';
import { isRecord, type JsonRecord } from './records.ts';

/** The id of the first option of a category; undefined when the agent offers none. */
export function optionIdOf(options: readonly unknown[], category: string): string | undefined {
  const option = options.find((offered) => isRecord(offered) && offered['category'] === category);
  const id = isRecord(option) ? option['id'] : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** The call that sets an option; a switch says that it is one. Source: ACP session config options. */
export const optionRequest = (
  sessionId: AgentSessionId,
  configId: string,
  value: string | boolean,
): [method: string, params: JsonRecord] => [
  'session/set_config_option',
  typeof value === 'boolean'
    ? { sessionId, configId, type: 'boolean', value }
    : { sessionId, configId, value },
];

/** What an agent says its options are after one was set; undefined where it does not. */
export const optionsIn = (answer: unknown): unknown =>
  isRecord(answer) ? answer['configOptions'] : undefined;
