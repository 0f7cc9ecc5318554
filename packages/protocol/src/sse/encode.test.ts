import { describe, expect, test } from 'vitest';
import { encodeComment, encodeEvent, encodeFrame, encodeRetry } from './encode.ts';

describe('a frame', () => {
  test('names id and event and ends with an empty line', () => {
    expect(encodeFrame({ id: 7, event: 'turn_complete', data: '{}' })).toBe(
      'id: 7\nevent: turn_complete\ndata: {}\n\n',
    );
  });

  test('splits data at every kind of line end', () => {
    expect(encodeFrame({ data: 'a\nb\rc\r\nd' })).toBe('data: a\ndata: b\ndata: c\ndata: d\n\n');
  });

  test('refuses an event or id that would inject a field', () => {
    expect(() => encodeFrame({ event: 'x\ndata: y', data: '' })).toThrow(TypeError);
    expect(() => encodeFrame({ id: '1\r', data: '' })).toThrow(TypeError);
    expect(() => encodeFrame({ id: '1\0', data: '' })).toThrow(TypeError);
  });

  test('of a synthetic event carries no id', () => {
    const event = { v: 1 as const, type: 'replay_complete', data: {}, _meta: { serverTimestamp: 5 } };
    expect(encodeEvent(event)).toBe(`event: replay_complete\ndata: ${JSON.stringify(event)}\n\n`);
  });
});

test('a comment cannot become a field', () => {
  expect(encodeComment()).toBe(':\n\n');
  expect(encodeComment('a\ndata: b')).toBe(': a\n: data: b\n\n');
});

test('the retry hint is whole milliseconds', () => {
  expect(encodeRetry(3000.7)).toBe('retry: 3000\n\n');
});
