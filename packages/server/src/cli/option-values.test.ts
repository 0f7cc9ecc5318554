import { expect, test } from 'vitest';
import { durationMs, instantMs, sizeBytes, wholeNumber } from './option-values.ts';

const hour = 3_600_000;
const bounds = { minimum: 1, maximum: 200 };

test('a whole number is taken within its bounds only', () => {
  expect(wholeNumber({ flag: 'limit', text: '200' }, bounds)).toBe(200);
  for (const text of ['0', '201', '1.5', '-1', '', 'many', '1e2'])
    expect(() => wholeNumber({ flag: 'limit', text }, bounds)).toThrow(/--limit must be .* from 1 to 200/);
});

test.each([
  ['90s', 90_000],
  ['30m', 0.5 * hour],
  ['1.5h', 1.5 * hour],
  ['7d', 168 * hour],
  ['2w', 336 * hour],
  ['0', 0],
])('the duration %s is %i ms', (text, ms) => {
  expect(durationMs({ flag: 'older-than', text })).toBe(ms);
});

test.each(['', '7', 'd', '7 days', '-1d', '1y'])('%j is no duration, and the remedy is named', (text) => {
  expect(() => durationMs({ flag: 'older-than', text })).toThrow(
    '--older-than must be a duration such as 90s',
  );
});

test.each([
  ['1024', 1024],
  ['500M', 500 * 1024 ** 2],
  ['2GiB', 2 * 1024 ** 3],
  ['1.5 kb', 1536],
  ['0', 0],
])('the size %s is %i bytes', (text, bytes) => {
  expect(sizeBytes({ flag: 'max-size', text })).toBe(bytes);
});

test.each(['', 'big', '-1', '1 PiB', '1 MM'])('%j is no size', (text) => {
  expect(() => sizeBytes({ flag: 'max-size', text })).toThrow('--max-size must be a size');
});

test('an instant is a date, or an age before now', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  const at = (text: string) => new Date(instantMs({ flag: 'created-after', text }, now)).toISOString();
  expect(at('2h')).toBe('2026-11-21T10:00:00.000Z');
  expect(at('2026-11-01')).toBe('2026-11-01T00:00:00.000Z');
  expect(at('2026-11-01T08:30Z')).toBe('2026-11-01T08:30:00.000Z');
  for (const text of ['yesterday', '2026', '2026-13-01', ''])
    expect(() => instantMs({ flag: 'created-after', text }, now)).toThrow('--created-after must be a date');
});
