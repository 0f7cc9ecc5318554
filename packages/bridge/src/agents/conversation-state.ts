import type { ConversationState } from '../ports/agents.ts';
import type { JsonRecord } from './records.ts';

/** What an agent's answer says of the conversation it opened. */
export function conversationState(answer: JsonRecord): ConversationState {
  const { modes = null, models = null, configOptions = null } = answer;
  return { modes, models, configOptions };
}
