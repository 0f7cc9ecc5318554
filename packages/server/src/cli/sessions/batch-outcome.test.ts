import { expect, test } from 'vitest';
import { batchText, inParts, isWhole } from './batch-outcome.ts';

test('a long list is done a hundred at a time, in order', async () => {
  const ids = Array.from({ length: 205 }, (_, place) => `s-${place}`);
  const parts = await inParts(ids, async (part) => ({ part, notFound: [], errors: [] }));
  expect(parts.map(({ part }) => part.length)).toEqual([100, 100, 5]);
  expect(parts.flatMap(({ part }) => part)).toEqual(ids);
});

test('what was done is listed, what was not is told with its reason', () => {
  const outcome = { notFound: ['s-3'], errors: [{ sessionId: 's-4', error: 'it is protected' }] };
  expect(
    batchText(
      [
        ['deleted', ['s-1', 's-2']],
        ['closed', []],
      ],
      outcome,
    ),
  ).toBe('2 sessions deleted\n  s-1\n  s-2\nnot found: s-3\ns-4: it is protected\n');
  expect([isWhole(outcome), isWhole({ notFound: [], errors: [] })]).toEqual([false, true]);
});
