import { expect, test } from 'vitest';
import { progressLine } from './progress-line.ts';
import { sizeText, verifyText } from './report-text.ts';

test('sizes are shown in the unit that leaves them short', () => {
  expect([0, 1, 1023, 1024, 1536, 10 * 1024 ** 2, 3 * 1024 ** 3, 2 ** 60].map(sizeText)).toEqual([
    ...['0 B', '1 B', '1023 B', '1.0 KiB', '1.5 KiB', '10.0 MiB', '3.0 GiB', '1048576 TiB'],
  ]);
});

test('a damaged journal is shown with the first findings and how many there are', () => {
  const findings = Array.from({ length: 30 }, (_, place) => ({
    ...({ kind: 'gap', sessionId: 's-1', fromId: place + 1, toId: place + 1, detail: 'wrong' } as const),
  }));
  const counts = { path: '/j', sizeBytes: 4096, sessions: 1, events: 9, facts: 1, answers: 0 };
  const text = verifyText({ ...counts, isSound: false, findingCount: 31, findings });
  expect(text.split('\n').slice(0, 4)).toEqual([
    '/j',
    '  1 session, 9 events, 1 fact, 4.0 KiB',
    '  DAMAGED: 31 findings',
    '  gap        s-1 event 1: wrong',
  ]);
  expect(text).toContain('and 11 more');
});

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
