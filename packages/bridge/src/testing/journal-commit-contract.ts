import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalStore } from '../journal/store.ts';
import type { JournalEntry, JournalEvent, ReadLimit } from '../ports/journal.ts';
import {
  collect,
  freshSession,
  type Medium,
  sampleAppend,
  sampleEvent,
  sampleEvents,
  sampleFact,
  sampleKey,
  sampleRow,
} from './journal-samples.ts';

const wide: ReadLimit = { maxEvents: 10_000, maxBytes: 100_000_000 };
const acknowledged = { isAcknowledged: true } as const;

/** How every journal writes and announces. Each adapter runs it. */
export function journalCommitContract(name: string, openMedium: () => Promise<Medium>): void {
  describe(`${name} commits`, () => {
    let medium: Medium;
    let store: JournalStore;
    beforeEach(async () => {
      medium = await openMedium();
      store = await medium.open();
    });
    afterEach(async () => {
      await store.close();
      await medium.dispose();
    });

    it('gives back what was committed, also after it was opened again', async () => {
      const sessionId = freshSession();
      const events = [...sampleEvents(1, 3), sampleEvent(4, 'ü世🚀"\\\u2028\n')];
      await store.journal.commit({ appends: [sampleAppend(sessionId, 0, events)], ...acknowledged });
      const { epoch } = store.journal;
      await store.close();
      store = await medium.open();
      expect(await store.journal.read(sessionId, 0, wide)).toEqual(events);
      expect(await store.journal.range(sessionId)).toEqual({ earliestSeq: 1, lastSeq: 4, nextSeq: 5 });
      expect(store.journal.epoch).toBe(epoch);
    });

    it('knows nothing of a session nothing was written of', async () => {
      const sessionId = freshSession();
      expect(await store.journal.read(sessionId, 0, wide)).toEqual([]);
      expect(await store.journal.range(sessionId)).toEqual({ earliestSeq: 1, lastSeq: 0, nextSeq: 1 });
      expect(await collect(store.journal.history(sessionId))).toEqual([]);
      expect(await store.journal.isSkipped(sessionId, 1)).toBe(false);
    });

    it('writes all of a commit or, when one append conflicts, nothing of it', async () => {
      const [one, other] = [freshSession(), freshSession()];
      const row = sampleRow({ sessionId: one });
      const key = sampleKey({ sessionId: one });
      const appends = [sampleAppend(one, 0, sampleEvents(1, 2)), sampleAppend(other, 7, sampleEvents(8, 8))];
      const refused = store.journal.commit({ appends, rows: [row], keys: [key], ...acknowledged });
      await expect(refused).rejects.toMatchObject({ code: 'journal_conflict' });
      expect(await store.journal.read(one, 0, wide)).toEqual([]);
      expect(await store.index.find(one)).toBeUndefined();
      expect(await store.journal.findKey(key.scope, key.key)).toBeUndefined();
    });

    it.each([
      ['starts before the tail', 1, sampleEvents(2, 2)],
      ['starts beyond the tail', 3, sampleEvents(4, 4)],
      ['leaves an id out', 2, [sampleEvent(3), sampleEvent(5)]],
      ['gives an id twice', 2, [sampleEvent(3), sampleEvent(3)]],
      ['remembers a fact after an event that is not the last', 1, [sampleFact('late')]],
    ])('refuses an append that %s', async (_, expectedSeq, entries: readonly JournalEntry[]) => {
      const sessionId = freshSession();
      await store.journal.commit({
        appends: [sampleAppend(sessionId, 0, sampleEvents(1, 2))],
        ...acknowledged,
      });
      const refused = store.journal.commit({
        appends: [sampleAppend(sessionId, expectedSeq, entries)],
        ...acknowledged,
      });
      await expect(refused).rejects.toMatchObject({ code: 'journal_conflict' });
      expect(await collect(store.journal.history(sessionId))).toEqual(sampleEvents(1, 2));
    });

    it('fails only the conflicting one of the commits of a tick', async () => {
      const sessionId = freshSession();
      const commit = (expectedSeq: number, seq: number) =>
        store.journal.commit({
          appends: [sampleAppend(sessionId, expectedSeq, [sampleEvent(seq)])],
          isAcknowledged: false,
        });
      const outcomes = await Promise.allSettled([commit(0, 1), commit(0, 1), commit(1, 2)]);
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await store.journal.read(sessionId, 0, wide)).toEqual(sampleEvents(1, 2));
    });

    it('lets several appends of one commit follow each other in one session', async () => {
      const sessionId = freshSession();
      const appends = [
        sampleAppend(sessionId, 0, sampleEvents(1, 2)),
        sampleAppend(sessionId, 2, sampleEvents(3, 3)),
      ];
      await store.journal.commit({ appends, ...acknowledged });
      expect(await store.journal.read(sessionId, 0, wide)).toEqual(sampleEvents(1, 3));
    });

    it('tells the range and the history of a session with everything in them that was handed in before', async () => {
      const sessionId = freshSession();
      const written = store.journal.commit({
        appends: [sampleAppend(sessionId, 0, sampleEvents(1, 2))],
        ...acknowledged,
      });
      expect((await store.journal.range(sessionId)).lastSeq).toBe(2);
      expect(await collect(store.journal.history(sessionId))).toEqual(sampleEvents(1, 2));
      await written;
    });

    it('keeps sessions apart', async () => {
      const sessions = [freshSession(), freshSession(), freshSession()];
      for (const [place, sessionId] of sessions.entries()) {
        const events = [sampleEvent(1, `of ${place}`)];
        await store.journal.commit({ appends: [sampleAppend(sessionId, 0, events)], ...acknowledged });
      }
      for (const [place, sessionId] of sessions.entries()) {
        expect(await store.journal.read(sessionId, 0, wide)).toEqual([sampleEvent(1, `of ${place}`)]);
      }
    });

    it('tells watchers each batch once it can be read, in order, before the commit resolves', async () => {
      const sessionId = freshSession();
      const heard: (readonly JournalEvent[])[] = [];
      const readable: Promise<number>[] = [];
      const stop = store.journal.watch(sessionId, (events) => {
        heard.push(events);
        readable.push(store.journal.range(sessionId).then((range) => range.lastSeq));
      });
      const commit = (expectedSeq: number, entries: readonly JournalEntry[]) =>
        store.journal
          .commit({ appends: [sampleAppend(sessionId, expectedSeq, entries)], ...acknowledged })
          .then(() => heard.length);
      const first = commit(0, [sampleFact('unheard'), ...sampleEvents(1, 2)]);
      const second = commit(2, [sampleFact('unheard')]);
      const third = commit(2, sampleEvents(3, 3));
      expect(heard).toEqual([]);
      expect(await first).toBeGreaterThanOrEqual(1);
      await Promise.all([second, third]);
      expect(heard).toEqual([sampleEvents(1, 2), sampleEvents(3, 3)]);
      for (const [place, lastSeq] of (await Promise.all(readable)).entries()) {
        expect(lastSeq).toBeGreaterThanOrEqual(heard[place]?.at(-1)?.seq ?? Number.NaN);
      }
      stop();
      stop();
      await commit(3, sampleEvents(4, 4));
      expect(heard).toHaveLength(2);
    });

    it('tells the other watchers when one throws, and the commit stands', async () => {
      const sessionId = freshSession();
      const heard: number[] = [];
      store.journal.watch(sessionId, () => {
        throw new Error('a watcher at fault');
      });
      store.journal.watch(sessionId, (events) => void heard.push(events.length));
      await store.journal.commit({
        appends: [sampleAppend(sessionId, 0, sampleEvents(1, 2))],
        ...acknowledged,
      });
      expect(heard).toEqual([2]);
    });

    it('leaves a round of calls unmoved by a watcher that comes in it, and calls none that left in it', async () => {
      const sessionId = freshSession();
      const heard: string[] = [];
      store.journal.watch(sessionId, () => {
        heard.push('first');
        stopSecond();
        store.journal.watch(sessionId, () => void heard.push('newcomer'));
      });
      const stopSecond = store.journal.watch(sessionId, () => void heard.push('second'));
      store.journal.watch(sessionId, () => void heard.push('third'));
      await store.journal.commit({
        appends: [sampleAppend(sessionId, 0, sampleEvents(1, 1))],
        ...acknowledged,
      });
      expect(heard).toEqual(['first', 'third']);
    });

    it('says nothing to watchers of a commit that was refused', async () => {
      const sessionId = freshSession();
      let calls = 0;
      store.journal.watch(sessionId, () => {
        calls += 1;
      });
      const append = sampleAppend(sessionId, 5, sampleEvents(6, 6));
      await expect(store.journal.commit({ appends: [append], ...acknowledged })).rejects.toThrow();
      expect(calls).toBe(0);
    });

    it('refuses to write once closed, and closes as often as it is told', async () => {
      const sessionId = freshSession();
      const pending = store.journal.commit({
        appends: [sampleAppend(sessionId, 0, sampleEvents(1, 2))],
        ...acknowledged,
      });
      await Promise.all([store.close(), store.journal.close(), store.close()]);
      await pending;
      const late = store.journal.commit({
        appends: [sampleAppend(sessionId, 2, [sampleEvent(3)])],
        ...acknowledged,
      });
      await expect(late).rejects.toMatchObject({ code: 'journal_unavailable' });
      await expect(store.journal.read(sessionId, 0, wide)).rejects.toMatchObject({
        code: 'journal_unavailable',
      });
      store = await medium.open();
      expect(await store.journal.read(sessionId, 0, wide)).toEqual(sampleEvents(1, 2));
    });

    it('asks for patience while much waits to be written, and says when it is over', async () => {
      const sessionId = freshSession();
      let heard = 0;
      store.journal.watch(sessionId, (events) => {
        heard += events.length;
      });
      expect(store.journal.pressure()).toBeUndefined();
      const commits = Array.from({ length: 30 }, (_, batch) =>
        store.journal.commit({
          appends: [
            sampleAppend(sessionId, batch * 1_000, sampleEvents(batch * 1_000 + 1, (batch + 1) * 1_000)),
          ],
          isAcknowledged: false,
        }),
      );
      const relief = store.journal.pressure();
      expect(relief).toBeInstanceOf(Promise);
      await relief;
      expect(heard).toBeGreaterThan(10_000);
      expect(heard).toBeLessThan(30_000);
      await Promise.all(commits);
      expect(store.journal.pressure()).toBeUndefined();
      expect((await store.journal.range(sessionId)).lastSeq).toBe(30_000);
    });
  });
}
