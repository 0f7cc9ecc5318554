import { expect, test } from 'vitest';
import { verifyText } from './report-text.ts';

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
