/**
 * The kinds of ACP SessionUpdate that mean nothing to a session's state: the words and works of its turns. They are what a
 * journal consists of, and what it loses when events are forgotten.
 */
export const passingUpdates: readonly string[] = Object.freeze([
  'user_message_chunk',
  'agent_message_chunk',
  'agent_thought_chunk',
  'tool_call',
  'tool_call_update',
  'plan',
]);
