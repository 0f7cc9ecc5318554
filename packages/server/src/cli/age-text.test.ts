import { expect, test } from 'vitest';
import { ageText, agoText, clockText, timeText } from './age-text.ts';

test('an age is told in its largest unit', () => {
  const now = 10 * 86_400_000;
  const ages = [0, 999, 1_000, 59_999, 60_000, 3_599_999, 3_600_000, 86_399_999, 86_400_000, now];
  expect(ages.map((age) => ageText(now - age, now))).toEqual([
    ...['now', 'now', '1 s', '59 s', '1 min', '59 min', '1 h', '23 h', '1 d', '10 d'],
  ]);
  expect([agoText(now - 60_000, now), agoText(now + 5_000, now)]).toEqual(['1 min ago', 'now']);
});

test('an instant is told by the clock of this machine', () => {
  const at = new Date(2026, 0, 2, 3, 4, 5).getTime();
  expect([clockText(at), timeText(at)]).toEqual(['2026-01-02 03:04', '03:04:05']);
});
