import type { Envelope } from '@holdfast/protocol/view';

/** A recorded or (without id) synthetic event. */
export const event = (
  id: number | undefined,
  type: string,
  data: object = {},
  promptId?: string,
): Envelope => ({
  ...(id === undefined ? {} : { id }),
  v: 1,
  type,
  data,
  ...(promptId === undefined ? {} : { promptId }),
  _meta: { serverTimestamp: 1_700_000_000_000 },
});

export const saying = (id: number, text: string, promptId?: string): Envelope =>
  event(
    id,
    'session_update',
    { sessionId: 's', update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } } },
    promptId,
  );

export const closedAt = (id: number): Envelope =>
  event(id, 'session_closed', { sessionId: 's', reason: 'client_close' });

/** Takes everything an iterable gives. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of source) all.push(each);
  return all;
}
