import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalStore } from '../journal/store.ts';
import type { ListQuery, SessionRow } from '../ports/session-index.ts';
import { freshSession, type Medium, sampleRow } from './journal-samples.ts';

const filters = {
  cwd: fc.option(fc.constantFrom('/work/a', '/work/b', '/other'), { nil: undefined }),
  workspace: fc.option(fc.constantFrom('/work', '/other'), { nil: undefined }),
  agent: fc.option(fc.constantFrom('demo', 'qwen'), { nil: undefined }),
  lifecycle: fc.option(fc.constantFrom('open' as const, 'closed' as const), { nil: undefined }),
  isArchived: fc.option(fc.boolean(), { nil: undefined }),
};
const query = fc.record({
  ...filters,
  limit: fc.integer({ min: 1, max: 7 }),
  sort: fc.constantFrom('activity' as const, 'created' as const),
});
const rows = fc.array(
  fc.record({
    cwd: fc.constantFrom('/work/a', '/work/b', '/other'),
    agent: fc.constantFrom('demo', 'qwen'),
    lifecycle: fc.constantFrom('open' as const, 'closed' as const),
    isArchived: fc.boolean(),
    // Few instants: ties are common.
    activityAt: fc.integer({ min: 1, max: 6 }),
    createdAt: fc.integer({ min: 1, max: 6 }),
  }),
  { maxLength: 25 },
);

/** What every session index does. Each adapter runs it. */
export function sessionIndexContract(name: string, openMedium: () => Promise<Medium>): void {
  describe(`${name} keeps the session index's contract`, () => {
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
    const write = (...written: readonly SessionRow[]) =>
      store.journal.commit({ rows: written, isAcknowledged: true });

    it('names the sessions of the journal that it has no row of', async () => {
      const [known, unknown] = [freshSession(), freshSession()];
      const event = { kind: 'event', seq: 1, type: 'session_created', json: '{}' } as const;
      await store.journal.commit({
        appends: [known, unknown].map((sessionId) => ({ sessionId, expectedSeq: 0, entries: [event] })),
        rows: [sampleRow({ sessionId: known })],
        isAcknowledged: true,
      });
      expect(await store.index.unindexed()).toEqual([unknown]);
      await write(sampleRow({ sessionId: unknown }));
      expect(await store.index.unindexed()).toEqual([]);
    });

    it('gives back a row as it was last written, also after it was opened again', async () => {
      const row = sampleRow({
        parentSessionId: freshSession(),
        displayName: 'Ünïcode 🚀',
        isWaitingForPermission: true,
      });
      const renamed = {
        ...row,
        displayName: null,
        hasActivePrompt: true,
        clientCount: 3,
        snapshotSeq: 12,
        snapshot: '{}',
      };
      const moved = { ...renamed, cwd: '/work/elsewhere', lifecycle: 'closed' as const, isArchived: true };
      for (const written of [row, renamed, moved]) {
        await write(written);
        expect(await store.index.find(row.sessionId)).toEqual(written);
      }
      await store.close();
      store = await medium.open();
      expect(await store.index.find(row.sessionId)).toEqual(moved);
      expect(await store.index.find(freshSession())).toBeUndefined();
    });

    it('lists what the filters match, newest first, in pages that concatenate to the whole, with its total', async () => {
      await fc.assert(
        fc.asyncProperty(rows, query, async (given, asked) => {
          const known = (await everything({ limit: 200 })).rows.map((row) => row.sessionId);
          await store.journal.commit({ erase: known, isAcknowledged: false });
          const workspaceOf = (cwd: string) => (cwd === '/other' ? '/other' : '/work');
          const written = given.map((row) => sampleRow({ ...row, workspace: workspaceOf(row.cwd) }));
          await write(...written.map((row) => ({ ...row, agent: 'demo', lifecycle: 'open' as const })));
          await write(...written);
          const expected = written.filter((row) =>
            (['cwd', 'workspace', 'agent', 'lifecycle', 'isArchived'] as const).every(
              (filter) => asked[filter] === undefined || asked[filter] === row[filter],
            ),
          );
          const { rows: listed, totals } = await everything(asked);
          const sortKey = (row: SessionRow) => (asked.sort === 'created' ? row.createdAt : row.activityAt);
          expect(new Set(listed)).toEqual(new Set(expected));
          expect(listed.map(sortKey)).toEqual(expected.map(sortKey).sort((one, other) => other - one));
          expect(new Set(totals)).toEqual(new Set([expected.length]));
        }),
        { numRuns: 60 },
      );
    });

    it('shows each session that was not touched exactly once while others are written between pages', async () => {
      const still = Array.from({ length: 30 }, (_, place) => sampleRow({ activityAt: 1_000 + place * 10 }));
      await write(...still);
      const seen: string[] = [];
      let cursor: string | undefined;
      for (let page = 0; ; page += 1) {
        const listed = await store.index.list({ limit: 4, cursor });
        seen.push(...listed.rows.map((row) => row.sessionId));
        cursor = listed.nextCursor;
        if (cursor === undefined) break;
        await write(sampleRow({ activityAt: 1_005 + page * 40 }), sampleRow({ activityAt: 9_000 }));
      }
      const stillSeen = seen.filter((sessionId) => still.some((row) => row.sessionId === sessionId));
      expect(stillSeen).toEqual(still.map((row) => row.sessionId).reverse());
      expect(new Set(seen).size).toBe(seen.length);
    });

    it('refuses a cursor it did not give, and one of another order', async () => {
      await write(sampleRow(), sampleRow());
      const { nextCursor = '' } = await store.index.list({ limit: 1 });
      const flipped = [...nextCursor].map(
        (letter, place) =>
          `${nextCursor.slice(0, place)}${letter === 'A' ? 'B' : 'A'}${nextCursor.slice(place + 1)}`,
      );
      for (const cursor of ['', 'x', '0', `${nextCursor}=`, `${nextCursor}A`, ...flipped]) {
        await expect(store.index.list({ limit: 1, cursor }), cursor).rejects.toMatchObject({
          code: 'invalid_cursor',
        });
      }
      const otherOrder = store.index.list({ limit: 1, cursor: nextCursor, sort: 'created' });
      await expect(otherOrder).rejects.toMatchObject({ code: 'invalid_cursor' });
    });

    it('counts every write of a row, also the erasing of one', async () => {
      const row = sampleRow();
      const indexSeq = async () => (await store.index.list({ limit: 1 })).indexSeq;
      const before = await indexSeq();
      await write(row);
      await write(row, sampleRow());
      expect(await indexSeq()).toBe(before + 3);
      await store.journal.commit({ erase: [row.sessionId], isAcknowledged: true });
      expect(await indexSeq()).toBe(before + 4);
      await store.close();
      store = await medium.open();
      expect(await indexSeq()).toBe(before + 4);
    });

    it('names the sessions recovery must look at, and no others', async () => {
      const open = sampleRow({ isUnfinished: true });
      const done = sampleRow({ isUnfinished: true });
      await write(open, done, sampleRow());
      await write({ ...done, isUnfinished: false });
      expect(await store.index.unfinished()).toEqual([open]);
    });

    it('knows the names that are taken in a workspace', async () => {
      const row = sampleRow({ displayName: 'Plan' });
      await write(row, sampleRow({ workspace: '/other', displayName: 'Elsewhere' }), sampleRow());
      const taken = async () =>
        Promise.all(
          ['Plan', 'plan', 'Elsewhere', ''].map((name) => store.index.hasDisplayName('/work', name)),
        );
      expect(await taken()).toEqual([true, false, false, false]);
      await write({ ...row, displayName: null });
      expect(await taken()).toEqual([false, false, false, false]);
    });

    it('names the open default target of a cwd and agent, the youngest if there are several', async () => {
      const place = { cwd: '/work/app', agent: 'demo', isDefaultTarget: true };
      const target = sampleRow({ ...place, createdAt: 5 });
      const younger = sampleRow({ ...place, createdAt: 9 });
      await write(target, sampleRow({ ...place, isDefaultTarget: false, createdAt: 7 }));
      await write(sampleRow({ ...place, agent: 'qwen' }), sampleRow({ ...place, cwd: '/work' }));
      const found = async () => (await store.index.defaultTarget('/work/app', 'demo'))?.sessionId;
      expect(await found()).toBe(target.sessionId);
      await write(younger);
      expect(await found()).toBe(younger.sessionId);
      await write({ ...younger, lifecycle: 'closed' }, { ...target, isDefaultTarget: false });
      expect(await found()).toBeUndefined();
    });

    /** Walks all pages. */
    async function everything(asked: ListQuery) {
      const all: SessionRow[] = [];
      const totals: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.index.list({ ...asked, cursor });
        all.push(...page.rows);
        totals.push(page.total);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return { rows: all, totals };
    }
  });
}
