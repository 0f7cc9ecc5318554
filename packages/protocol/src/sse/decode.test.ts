import { describe, expect, test } from 'vitest';
import { SseDecoder } from './decode.ts';

const decode = (...chunks: (string | Uint8Array)[]) => {
  const decoder = new SseDecoder();
  return { messages: chunks.flatMap((chunk) => decoder.push(chunk)), decoder };
};

describe('the standard, clause by clause', () => {
  test('an event name lasts for one message, an id until the next', () => {
    const { messages } = decode('id: 1\nevent: a\ndata: x\n\ndata: y\n\n');
    expect(messages).toEqual([
      { lastEventId: '1', event: 'a', data: 'x' },
      { lastEventId: '1', event: 'message', data: 'y' },
    ]);
  });

  test('a block without data dispatches nothing but keeps its id', () => {
    const { messages, decoder } = decode('id: 9\nevent: a\n\n');
    expect(messages).toEqual([]);
    expect(decoder.lastEventId).toBe('9');
  });

  test('an id of an unfinished block is not yet the last id', () => {
    expect(decode('id: 9\ndata: x\n').decoder.lastEventId).toBe('');
  });

  test('an id with NUL is ignored, an empty one resets', () => {
    expect(decode('id: 1\n\nid: 2\0\n\n').decoder.lastEventId).toBe('1');
    expect(decode('id: 1\n\nid\n\n').decoder.lastEventId).toBe('');
  });

  test('retry takes digits only', () => {
    expect(decode('retry: 3000\n').decoder.retryMs).toBe(3000);
    expect(decode('retry: 3s\nretry: -1\nretry:\n').decoder.retryMs).toBeUndefined();
  });

  test('one space after the colon is dropped, a second one is data', () => {
    expect(decode('data:  x\n\ndata:y\n\ndata\n\n').messages.map(({ data }) => data)).toEqual([
      ' x',
      'y',
      '',
    ]);
  });

  test('comments and unknown fields are ignored', () => {
    expect(decode(': beat\nfoo: bar\n\n:data: x\n\n').messages).toEqual([]);
  });

  test('a byte order mark is dropped at the start only', () => {
    expect(decode('\ufeffdata: x\n\n').messages).toHaveLength(1);
    expect(decode('data: x\n\n', '\ufeffdata: y\n\n').messages).toHaveLength(1);
    expect(decode(new Uint8Array([0xef, 0xbb]), new Uint8Array([0xbf]), 'data: x\n\n').messages).toHaveLength(
      1,
    );
  });

  test('CRLF cut in two is one line end', () => {
    expect(decode('data: x\r', '\ndata: y\r', '\n\r', '\n').messages).toEqual([
      { lastEventId: '', event: 'message', data: 'x\ny' },
    ]);
  });

  test('a UTF-8 sequence cut in two is one character', () => {
    const bytes = new TextEncoder().encode('data: ⚓\n\n');
    expect(decode(bytes.slice(0, 7), bytes.slice(7)).messages[0]?.data).toBe('⚓');
  });
});

describe('an event over the limit', () => {
  test('is dropped and counted, and the next one arrives', () => {
    const decoder = new SseDecoder({ maxEventChars: 8 });
    const chunks = ['id: 1\ndata: 123', '45678', '9\n\nid: 2\ndata: ok\n\n'];
    expect(chunks.flatMap((chunk) => decoder.push(chunk))).toEqual([
      { lastEventId: '2', event: 'message', data: 'ok' },
    ]);
    expect(decoder.oversizedEvents).toBe(1);
  });

  test('is dropped when many short lines make it large', () => {
    const decoder = new SseDecoder({ maxEventChars: 8 });
    expect(decoder.push('data: 1234\ndata: 5678\n\n')).toEqual([]);
    expect(decoder.oversizedEvents).toBe(1);
  });
});
