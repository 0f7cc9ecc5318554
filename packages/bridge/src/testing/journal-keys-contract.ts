import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalStore } from '../journal/store.ts';
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

const wide = { maxEvents: 10_000, maxBytes: 100_000_000 };
const acknowledged = { isAcknowledged: true } as const;

/** How stored answers are kept and forgotten, and what erasing a session takes with it. Each adapter runs it. */
export function journalKeysContract(name: string, openMedium: () => Promise<Medium>): void {
  describe(`${name} keeps stored answers`, () => {
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

    it('finds an answer by its scope and key alone, also after it was opened again', async () => {
      const record = sampleKey({ scope: 'local prompt', key: 'a' });
      await store.journal.commit({ keys: [record], ...acknowledged });
      await store.close();
      store = await medium.open();
      expect(await store.journal.findKey('local prompt', 'a')).toEqual(record);
      expect(await store.journal.findKey('other prompt', 'a')).toBeUndefined();
      expect(await store.journal.findKey('local prompt', 'b')).toBeUndefined();
      expect(await store.journal.findKey('local', 'prompt a')).toBeUndefined();
    });

    it('replaces the answer when the key is stored anew', async () => {
      const first = sampleKey({ answer: '1' });
      const second = { ...first, answer: '2', bodyHash: 'other' };
      await store.journal.commit({ keys: [first], ...acknowledged });
      await store.journal.commit({ keys: [second], ...acknowledged });
      expect(await store.journal.findKey(first.scope, first.key)).toEqual(second);
    });

    it('forgets only the answers made before the given time', async () => {
      const keys = Array.from({ length: 1_200 }, (_, place) =>
        sampleKey({ key: `old ${place}`, createdAt: 1_000 + (place % 10) }),
      );
      const kept = sampleKey({ key: 'kept', createdAt: 2_000 });
      await store.journal.commit({ keys: [...keys, kept], ...acknowledged });
      await store.journal.forgetKeys(2_000);
      for (const key of keys) expect(await store.journal.findKey(key.scope, key.key)).toBeUndefined();
      expect(await store.journal.findKey(kept.scope, kept.key)).toEqual(kept);
    });

    it('erases a session with everything that belongs to it, and nothing else', async () => {
      const [gone, kept] = [freshSession(), freshSession()];
      for (const sessionId of [gone, kept]) {
        await store.journal.commit({
          appends: [sampleAppend(sessionId, 0, [...sampleEvents(1, 700), sampleFact('a')])],
          rows: [
            sampleRow({ sessionId, isUnfinished: true, isDefaultTarget: true, cwd: `/work/${sessionId}` }),
          ],
          keys: [sampleKey({ sessionId, key: sessionId })],
          ...acknowledged,
        });
      }
      await store.journal.commit({ erase: [gone], ...acknowledged });
      const isGone = async () => {
        expect(await store.journal.range(gone)).toEqual({ earliestSeq: 1, lastSeq: 0, nextSeq: 1 });
        expect(await store.journal.read(gone, 0, wide)).toEqual([]);
        expect(await collect(store.journal.history(gone))).toEqual([]);
        expect(await store.index.find(gone)).toBeUndefined();
        expect(await store.index.defaultTarget(`/work/${gone}`, 'demo')).toBeUndefined();
        expect((await store.index.unfinished()).map((row) => row.sessionId)).toEqual([kept]);
        expect(await store.index.list({ limit: 10 })).toMatchObject({
          total: 1,
          rows: [{ sessionId: kept }],
        });
        expect(await store.journal.findKey('local createSession', gone)).toBeUndefined();
      };
      await isGone();
      await store.close();
      store = await medium.open();
      await isGone();
      expect(await store.journal.read(kept, 0, wide)).toEqual(sampleEvents(1, 700));
      expect(await store.journal.findKey('local createSession', kept)).toBeDefined();
    });

    it('begins anew when an erased session id is used again', async () => {
      const sessionId = freshSession();
      await store.journal.commit({
        appends: [sampleAppend(sessionId, 0, sampleEvents(1, 5))],
        ...acknowledged,
      });
      const again = [sampleEvent(1, 'another life')];
      await Promise.all([
        store.journal.commit({ erase: [sessionId], ...acknowledged }),
        store.journal.commit({ appends: [sampleAppend(sessionId, 0, again)], ...acknowledged }),
      ]);
      expect(await store.journal.read(sessionId, 0, wide)).toEqual(again);
    });

    it('erases nothing when the commit conflicts, and takes an unknown session for erased', async () => {
      const sessionId = freshSession();
      await store.journal.commit({
        appends: [sampleAppend(sessionId, 0, sampleEvents(1, 2))],
        ...acknowledged,
      });
      const conflict = store.journal.commit({
        appends: [sampleAppend(freshSession(), 3, sampleEvents(4, 4))],
        erase: [sessionId],
        ...acknowledged,
      });
      await expect(conflict).rejects.toMatchObject({ code: 'journal_conflict' });
      await store.journal.commit({ erase: [freshSession()], ...acknowledged });
      expect(await store.journal.read(sessionId, 0, wide)).toEqual(sampleEvents(1, 2));
    });
  });
}
