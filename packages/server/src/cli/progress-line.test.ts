import { expect, test } from 'vitest';
import { progressLine } from './progress-line.ts';

test('progress rewrites one line of a terminal and leaves it empty; elsewhere nothing is written', () => {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  const progress = progressLine({ isTTY: true, write });
  for (const done of [1, 2, 500, 1_000]) progress.onProgress({ done, total: 1_000, unit: 'sessions' });
  progress.clear();
  progress.clear();
  expect(written.map((text) => text.trim())).toEqual([
    ...['0 % of 1000 sessions', '50 % of 1000 sessions', '100 % of 1000 sessions', ''],
  ]);
  const silent = progressLine({ write });
  silent.onProgress({ done: 1, total: 2, unit: 'pages' });
  silent.clear();
  expect(written).toHaveLength(4);
});

test('what nobody knows the end of is told by how much there is', () => {
  const written: string[] = [];
  const progress = progressLine({ isTTY: true, write: (text) => written.push(text) });
  progress.onProgress({ done: 1536, total: undefined, unit: 'bytes' });
  progress.onProgress({ done: 5, total: 4, unit: 'sessions' });
  expect(written.map((text) => text.trim())).toEqual(['1.5 KiB', '100 % of 4 sessions']);
});
