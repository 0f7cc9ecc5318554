import { DaemonError } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { acceptsEventStream, streamCursor } from './stream-cursor.ts';

describe('where a stream begins', () => {
  it.each([
    [{}, {}, undefined],
    [{ 'last-event-id': '7' }, { after: '3' }, 7],
    [{ 'last-event-id': '0' }, {}, 0],
    [{ 'last-event-id': 'x' }, { after: '3' }, 3],
    [{ 'last-event-id': '-1' }, {}, undefined],
    [{ 'last-event-id': '1.5' }, {}, undefined],
    [{ 'last-event-id': '' }, {}, undefined],
    [{}, { after: '0' }, 0],
  ])('with headers %o and query %o is after %s', (headers, query, after) => {
    expect(streamCursor(headers, query).after).toBe(after);
  });

  it.each(['', '-1', '1.0', ' 1', '1e3', '0x1', '99999999999999999999'])('refuses ?after=%s', (after) => {
    expect(() => streamCursor({}, { after })).toThrow(DaemonError);
  });

  it('takes the epoch from either header or the query', () => {
    expect(streamCursor({ 'holdfast-event-epoch': 'A' }, { epoch: 'c' }).epoch).toBe('a');
    expect(streamCursor({ 'x-qwen-event-epoch': 'b' }, {}).epoch).toBe('b');
    expect(streamCursor({}, { epoch: 'c' }).epoch).toBe('c');
  });
});

it.each([
  [undefined, true],
  ['*/*', true],
  ['text/event-stream', true],
  ['application/json, text/*;q=0.1', true],
  ['text/event-stream;q=0', false],
  ['application/json', false],
])('Accept %s takes an event stream: %s', (accept, expected) => {
  expect(acceptsEventStream(accept)).toBe(expected);
});
