import { describe, expect, test } from 'vitest';
import { rulesOf } from './cleanup.ts';
import { endOf, outcomeText } from './compact.ts';
import { changesOf } from './edit.ts';
import { formatOf } from './export.ts';

describe('edit', () => {
  test('changes what is named, clears what is named empty, leaves the rest', () => {
    expect(changesOf({ texts: { title: 'x', alias: '', labels: 'a, b,', pinned: 'no' } })).toEqual({
      ...{ displayName: 'x', alias: null, labels: ['a', 'b'], pinned: false },
      ...{ notes: undefined, protected: undefined, modelId: undefined, modeId: undefined },
    });
    expect(changesOf({ texts: { labels: '' } })).toMatchObject({ labels: null });
  });

  test('without anything to change is a mistake', () => {
    expect(() => changesOf({ texts: { url: 'http://x' } })).toThrow('changes nothing');
  });
});

describe('cleanup', () => {
  test('reads its rules with their units', () => {
    const texts = { 'older-than': '30d', 'max-size': '2GiB', 'max-sessions': '0' };
    expect(rulesOf({ texts, switches: { purge: true } })).toMatchObject({
      ...{ olderThanMs: 2_592_000_000, maxBytes: 2_147_483_648, maxSessions: 0, action: 'purge' },
    });
  });

  test('without a rule is a mistake', () => {
    expect(() => rulesOf({ texts: { agent: 'demo' }, switches: {} })).toThrow('--older-than');
  });
});

test.each([
  [undefined, '-', 'jsonl'],
  [undefined, 'a.md', 'md'],
  [undefined, 'a.JSON', 'json'],
  [undefined, 'a.txt', 'jsonl'],
  ['json', 'a.md', 'json'],
])('export with --format %s to %s is %s', (asked, name, format) => {
  expect(formatOf(asked, name)).toBe(format);
});

describe('compact', () => {
  const envelope = (type: string, data: object) => ({
    v: 1 as const,
    type,
    data: { sessionId: 's', ...data },
    _meta: { serverTimestamp: 0 },
  });
  const complete = (stopReason: string) => envelope('turn_complete', { promptId: 'p', stopReason });

  test('ends as the events of its turn say', () => {
    const done = envelope('compaction_completed', { context: 'native', tokensBefore: 9, tokensAfter: 2 });
    const failed = envelope('compaction_failed', { error: 'no' });
    const error = envelope('turn_error', { promptId: 'p', message: 'gone', code: 'agent_exited' });
    expect(endOf([done, complete('end_turn')])).toMatchObject({ state: 'completed', tokensAfter: 2 });
    expect(endOf([failed, complete('end_turn')])).toMatchObject({ state: 'failed', error: 'no' });
    expect(endOf([failed, complete('cancelled')])).toMatchObject({ state: 'cancelled' });
    expect(endOf([failed, error])).toMatchObject({ state: 'failed', error: 'gone' });
    expect(endOf([complete('cancelled')])).toEqual({ state: 'cancelled' });
  });

  test('says what it came to, and the way back', () => {
    const accepted = { promptId: 'p', checkpointId: 'cp_1' };
    const done = {
      ...accepted,
      state: 'completed' as const,
      context: 'native',
      tokensBefore: 9,
      tokensAfter: 2,
    };
    expect(outcomeText(done)).toBe(
      "compacted: 9 tokens before, 2 after; the agent's context is native; the way back is checkpoint cp_1",
    );
    expect(outcomeText({ ...accepted, state: 'failed', error: 'no' })).toContain(
      'failed: no; the session stays',
    );
  });
});
