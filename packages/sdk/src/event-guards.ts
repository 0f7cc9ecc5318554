import type { Envelope, EventOf, EventType } from '@holdfast/protocol/view';

/** Tells whether an event is of a type, and gives its `data` that type's shape, which the daemon guarantees. */
export const isEvent = <T extends EventType>(event: Envelope, type: T): event is Envelope & EventOf<T> =>
  event.type === type;

/** Gives what the agent says in an event: the text of a piece of its message, otherwise ''. */
export function agentText(event: Envelope): string {
  if (!isEvent(event, 'session_update')) return '';
  const { sessionUpdate, content } = event.data.update;
  if (sessionUpdate !== 'agent_message_chunk') return '';
  if (typeof content !== 'object' || content === null || !('text' in content)) return '';
  return typeof content.text === 'string' ? content.text : '';
}

/** The prompt in whose turn an event happened, or of which it speaks; undefined for one of no prompt. */
export function promptOf({ promptId, data }: Envelope): string | undefined {
  if (promptId !== undefined) return promptId;
  if (typeof data !== 'object' || data === null || !('promptId' in data)) return undefined;
  return typeof data.promptId === 'string' ? data.promptId : undefined;
}
