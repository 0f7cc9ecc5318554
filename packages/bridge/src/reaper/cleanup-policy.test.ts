import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freshSession } from '../testing/journal-samples.ts';
import { type CleanupCandidate, type CleanupWishes, cleanupPolicy, immunityOf } from './cleanup-policy.ts';

const off: CleanupWishes = { olderThanMs: 0, maxSessions: 0, maxBytes: 0 };
const now = 1_000;

/** Sessions last active at these instants, of 10 bytes each. */
const lastActive = (...instants: readonly number[]): CleanupCandidate[] =>
  instants.map((activityAt) => ({ sessionId: freshSession(), activityAt, bytes: 10, immunity: undefined }));

describe('what a cleanup takes', () => {
  const chosen = (candidates: readonly CleanupCandidate[], wishes: Partial<CleanupWishes>) =>
    cleanupPolicy(candidates, { ...off, ...wishes }, now).map(({ sessionId, reason }) => {
      const { activityAt } = candidates.find((candidate) => candidate.sessionId === sessionId) ?? {};
      return `${activityAt} ${reason}`;
    });

  it('is nothing when nothing is asked', () => {
    expect(chosen(lastActive(1, 2, 3), {})).toEqual([]);
  });

  it('is what was inactive for longer than asked, not as long', () => {
    expect(chosen(lastActive(900, 100, 99, 950), { olderThanMs: 900 })).toEqual(['99 older_than']);
  });

  it('is the longest inactive beyond a number, or beyond a size', () => {
    expect(chosen(lastActive(4, 1, 3, 2), { maxSessions: 2 })).toEqual(['1 max_sessions', '2 max_sessions']);
    expect(chosen(lastActive(4, 1, 3, 2), { maxBytes: 25 })).toEqual(['1 max_bytes', '2 max_bytes']);
    expect(chosen(lastActive(4, 1, 3, 2), { maxBytes: 40 })).toEqual([]);
  });

  it('leaves immune sessions alone, which count all the same', () => {
    const [one, two, three] = lastActive(1, 2, 3) as [CleanupCandidate, CleanupCandidate, CleanupCandidate];
    const candidates = [{ ...one, immunity: 'pinned' as const }, two, three];
    expect(chosen(candidates, { maxSessions: 1 })).toEqual(['2 max_sessions', '3 max_sessions']);
    expect(chosen(candidates, { olderThanMs: 1 })).toEqual(['2 older_than', '3 older_than']);
  });

  it('keeps to what was asked, takes no immune session and none too many, whatever there is', () => {
    const candidate = fc.record({
      sessionId: fc.constant(0).map(() => freshSession()),
      activityAt: fc.integer({ min: 0, max: now }),
      bytes: fc.nat(100),
      immunity: fc.option(fc.constantFrom('running' as const, 'protected' as const), { nil: undefined }),
    });
    const wishes = fc.record({
      olderThanMs: fc.constantFrom(0, 300),
      maxSessions: fc.nat(8),
      maxBytes: fc.nat(400),
    });
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 12 }), wishes, (candidates, wished) => {
        const choices = cleanupPolicy(candidates, wished, now);
        const taken = new Set(choices.map(({ sessionId }) => sessionId));
        const kept = candidates.filter(({ sessionId }) => !taken.has(sessionId));
        const free = kept.filter(({ immunity }) => immunity === undefined);
        expect(candidates.filter((each) => each.immunity !== undefined && taken.has(each.sessionId))).toEqual(
          [],
        );
        // Whatever could still go need not.
        if (free.length > 0) {
          const { olderThanMs, maxSessions, maxBytes } = wished;
          if (maxSessions > 0) expect(kept.length).toBeLessThanOrEqual(maxSessions);
          if (maxBytes > 0)
            expect(kept.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(maxBytes);
          if (olderThanMs > 0)
            for (const { activityAt } of free) expect(now - activityAt).toBeLessThanOrEqual(olderThanMs);
        }
        // With what is left, nothing more goes.
        expect(cleanupPolicy(kept, wished, now)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a session is left alone', () => {
  const free = { isBusy: false, subscribers: 0, isPinned: false, isProtected: false };
  it.each([
    ['running', { isBusy: true }],
    ['watched', { subscribers: 1 }],
    ['pinned', { isPinned: true }],
    ['protected', { isProtected: true }],
    [undefined, {}],
  ])('as %s for %o', (reason, standing) => {
    expect(immunityOf({ ...free, ...standing })).toBe(reason);
  });
});
