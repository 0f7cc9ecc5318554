import { fc, test } from '@fast-check/vitest';
import { expect, it } from 'vitest';
import { flushDelayMs } from './flush-policy.ts';
import { wireBytes } from './wire-bytes.ts';

test.prop([fc.string({ unit: 'binary', minLength: 1, maxLength: 5_000 })])(
  'framed bytes are one HTTP chunk of exactly the payload',
  (text) => {
    const { payload, framed } = wireBytes(text);
    expect(payload.toString()).toBe(Buffer.from(text).toString());
    const [size = ''] = framed.toString('latin1').split('\r\n', 1);
    expect(Number.parseInt(size, 16)).toBe(payload.length);
    expect(framed.subarray(size.length + 2)).toEqual(Buffer.concat([payload, Buffer.from('\r\n')]));
  },
);

it.each([
  ['a single reader never waits', { readers: 1, queuedChars: 10, sinceLastFlushMs: 0 }, 0],
  ['nor do ten', { readers: 10, queuedChars: 10, sinceLastFlushMs: 0 }, 0],
  ['a hundred wait 5 ms from the last flush', { readers: 100, queuedChars: 10, sinceLastFlushMs: 0 }, 5],
  ['of which some may have passed', { readers: 100, queuedChars: 10, sinceLastFlushMs: 3 }, 2],
  ['the first event after a pause goes at once', { readers: 100, queuedChars: 10, sinceLastFlushMs: 900 }, 0],
  ['no crowd waits longer than 10 ms', { readers: 5_000, queuedChars: 10, sinceLastFlushMs: 0 }, 10],
  ['a full buffer goes at once', { readers: 100, queuedChars: 300_000, sinceLastFlushMs: 0 }, 0],
])('%s', (_name, state, delayMs) => {
  expect(flushDelayMs(state)).toBe(delayMs);
});
