import type { SessionId } from '@holdfast/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passingUpdates } from '../journal/passing-updates.ts';
import type { JournalStore } from '../journal/store.ts';
import type { JournalEntry, JournalEvent } from '../ports/journal.ts';
import { collect, freshSession, type Medium, sampleAppend, sampleFact } from './journal-samples.ts';

const wide = { maxEvents: 10_000, maxBytes: 100_000_000 };
const acknowledged = { isAcknowledged: true } as const;

/** An agent's update of a kind, as it is recorded. */
function update(seq: number, sessionUpdate: string): JournalEvent {
  const type = 'session_update';
  // The agent chooses the order of its keys, and what it says may look like anything.
  const text = `"sessionUpdate":"usage_update" ${'é'.repeat(seq % 50)}`;
  const envelope = {
    id: seq,
    v: 1,
    type,
    data: { update: { content: { type: 'text', text }, sessionUpdate } },
  };
  return { kind: 'event', seq, type, json: JSON.stringify(envelope) };
}

/** Every tenth ends a turn, every tenth is the agent's housekeeping, the others are words and works. */
function life(from: number, to: number): readonly JournalEvent[] {
  return Array.from({ length: to - from + 1 }, (_, place) => {
    const seq = from + place;
    if (seq % 10 === 0) return { kind: 'event', seq, type: 'turn_complete', json: `{"id":${seq}}` };
    const kind = passingUpdates[seq % passingUpdates.length] ?? '';
    return update(seq, seq % 10 === 5 ? 'usage_update' : kind);
  });
}

/** How every journal gives up events. Each adapter runs it. */
export function journalForgettingContract(name: string, openMedium: () => Promise<Medium>): void {
  describe(`${name} forgets`, () => {
    let medium: Medium;
    let store: JournalStore;
    let sessionId: SessionId;
    const written: readonly JournalEntry[] = [sampleFact('opened'), ...life(1, 1_200)];
    beforeEach(async () => {
      medium = await openMedium();
      store = await medium.open();
      sessionId = freshSession();
      await store.journal.commit({ appends: [sampleAppend(sessionId, 0, written)], ...acknowledged });
    });
    afterEach(async () => {
      await store.close();
      await medium.dispose();
    });
    const forget = (beforeSeq: number, of = sessionId) =>
      store.journal.commit({ forget: [{ sessionId: of, beforeSeq }], isAcknowledged: false });
    const idsAfter = async (after: number) =>
      (await store.journal.read(sessionId, after, wide)).map(({ seq }) => seq);
    const idsFrom = (first: number, last = 1_200) =>
      Array.from({ length: last - first + 1 }, (_, place) => first + place);
    /** What the state needs of the events before `beforeSeq`, and everything from there on. */
    const remaining = (beforeSeq: number) =>
      written.filter((entry) => entry.kind === 'fact' || entry.seq >= beforeSeq || entry.seq % 5 === 0);

    it('what lies before the horizon for every reader, whatever their cursor', async () => {
      await forget(801);
      expect(await store.journal.range(sessionId)).toEqual({
        earliestSeq: 801,
        lastSeq: 1_200,
        nextSeq: 1_201,
      });
      for (const after of [0, 5, 799, 800]) expect(await idsAfter(after)).toEqual(idsFrom(801));
      expect(await idsAfter(1_000)).toEqual(idsFrom(1_001));
      const back = await store.journal.readBack(sessionId, 1_201, wide);
      expect(back.map(({ seq }) => seq)).toEqual(idsFrom(801));
      expect(await store.journal.readBack(sessionId, 801, wide)).toEqual([]);
      expect(await store.journal.readBack(sessionId, 803, { maxEvents: 9, maxBytes: 9_000 })).toHaveLength(2);
    });

    it('the words of its turns for good, and keeps what its state is made of', async () => {
      const before = await store.journal.sizeOf(sessionId);
      await forget(801);
      await expect
        .poll(() => collect(store.journal.history(sessionId)), { timeout: 10_000 })
        .toEqual(remaining(801));
      expect(await store.journal.sizeOf(sessionId)).toBeLessThan(before / 1.5);
    });

    it('once and for all: nothing brings it back, a restart neither, and it goes on from there', async () => {
      await forget(801);
      await forget(301);
      await store.close();
      store = await medium.open();
      expect((await store.journal.range(sessionId)).earliestSeq).toBe(801);
      await store.journal.commit({
        appends: [sampleAppend(sessionId, 1_200, life(1_201, 1_210))],
        ...acknowledged,
      });
      expect(await idsAfter(0)).toEqual(idsFrom(801, 1_210));
      await forget(1_201);
      expect(await idsAfter(0)).toEqual(idsFrom(1_201, 1_210));
      await expect
        .poll(async () => (await collect(store.journal.history(sessionId))).length, { timeout: 10_000 })
        .toBe(1 + 1_200 / 5 + 10);
    });

    it('never the last event, and nothing of others', async () => {
      const other = freshSession();
      await store.journal.commit({ appends: [sampleAppend(other, 0, life(1, 20))], ...acknowledged });
      await forget(Number.MAX_SAFE_INTEGER);
      await forget(5, freshSession());
      expect(await idsAfter(0)).toEqual([1_200]);
      expect((await store.journal.range(sessionId)).lastSeq).toBe(1_200);
      expect(await store.journal.read(other, 0, wide)).toEqual(life(1, 20));
    });

    it('and is erased whole nevertheless, and may be made anew', async () => {
      await forget(801);
      await store.journal.commit({ erase: [sessionId], ...acknowledged });
      await store.journal.commit({ appends: [sampleAppend(sessionId, 0, life(1, 20))], ...acknowledged });
      expect(await idsAfter(0)).toEqual(idsFrom(1, 20));
      expect((await store.journal.range(sessionId)).earliestSeq).toBe(1);
    });
  });
}
