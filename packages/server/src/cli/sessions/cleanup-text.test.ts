import type { CleanupPlan } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { appliedText, planText } from './cleanup-text.ts';

const nowMs = 86_400_000 * 40;
const plan = (changes: Partial<CleanupPlan> = {}): CleanupPlan => ({
  planId: 'plan_1',
  expiresAt: nowMs,
  remaining: 0,
  actions: [
    { sessionId: 's-1', action: 'archive', reason: 'older_than', bytes: 1536, title: 'Old', activityAt: 0 },
    { sessionId: 's-2', action: 'archive', reason: 'max_bytes', bytes: 512, activityAt: 0 },
  ],
  ...changes,
});

test('a plan names each session, why, its size, and what they come to', () => {
  expect(planText(plan(), { nowMs }).split('\n')).toEqual([
    'SESSION  ACTION   REASON            ACTIVE  SIZE     TITLE',
    's-1      archive  too old           40 d    1.5 KiB  Old',
    's-2      archive  too large in all  40 d    512 B',
    '2 sessions, 2.0 KiB',
    '',
  ]);
  expect(planText(plan({ remaining: 7 }), { nowMs })).toContain('; 7 more with the next plan\n');
  expect(planText(plan({ actions: [] }), { nowMs })).toBe('nothing to clean up\n');
});

test('what was done is counted, what was left is named with its reason', () => {
  const done = { action: 'purge' as const, outcome: 'done' as const };
  const results = [
    { sessionId: 's-1', ...done },
    { sessionId: 's-2', ...done, outcome: 'skipped' as const, reason: 'already_archived' as const },
    { sessionId: 's-3', ...done, outcome: 'skipped' as const, reason: 'failed' as const, message: 'no room' },
  ];
  expect(appliedText({ planId: 'p', results })).toBe(
    '1 session erased\ns-2 left alone: already archived\ns-3 left alone: no room\n',
  );
});
