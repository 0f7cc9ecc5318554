import { describe, expect, it } from 'vitest';
import { glimpse } from './oversized-message.ts';

describe('the beginning of a message over the cap', () => {
  it('tells a notification and its conversation', () => {
    expect(
      glimpse('{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"a\\"b","update":{"id":"x'),
    ).toEqual({
      id: undefined,
      method: 'session/update',
      agentSessionId: 'a"b',
    });
  });

  it('tells a request and a response by their ids', () => {
    expect(glimpse('{"jsonrpc":"2.0","id":7,"method":"m","params":{"text":"')).toMatchObject({
      id: 7,
      method: 'm',
    });
    expect(glimpse('{"jsonrpc":"2.0", "id" : "q-1", "result":{"method":"')).toMatchObject({
      id: 'q-1',
      method: undefined,
    });
  });

  it('tells nothing of what is no message', () => {
    expect(glimpse('x'.repeat(2_048))).toEqual({
      id: undefined,
      method: undefined,
      agentSessionId: undefined,
    });
  });
});
