import { agentSessionIdOf, promptIdOf, type SessionId } from '@holdfast/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalStore } from '../journal/store.ts';
import type { IndexChange, ListedSession, ListQuery, SessionRow } from '../ports/session-index.ts';
import { agentCatalog, emptyCatalog } from '../session/agent-catalog.ts';
import { freshSession, type Medium, sampleRow } from './journal-samples.ts';

const parents: readonly SessionId[] = [freshSession(), freshSession()];
const maybe = <Value>(...values: readonly Value[]) =>
  fc.option(fc.constantFrom(...values), { nil: undefined, freq: 1 });
const states = ['opening', 'idle', 'running', 'stranded', 'closed'] as const;
const query = fc.record({
  cwd: maybe('/work/a', '/work/b', '/other'),
  workspace: maybe('/work', '/other'),
  agent: maybe('demo', 'qwen'),
  lifecycle: maybe('open' as const, 'closed' as const),
  isArchived: maybe(true, false),
  state: maybe(...states),
  hasActivePrompt: maybe(true, false),
  parentSessionId: maybe(...parents),
  label: maybe('urgent', 'Ünï'),
  createdAfter: maybe(0, 2, 4),
  activeAfter: maybe(0, 3, 5),
  titlePart: maybe('A', 'plan', 'é', '', '%'),
  limit: fc.integer({ min: 1, max: 7 }),
  sort: fc.constantFrom('activity' as const, 'created' as const, 'title' as const),
});
// Most filters off: together they match next to nothing.
const sparseQuery = fc
  .tuple(query, fc.subarray(Object.keys(filterTests()), { maxLength: 3 }))
  .map(([{ limit, sort, ...filters }, chosen]): ListQuery => {
    const kept = Object.entries(filters).filter(([name]) => chosen.includes(name));
    return { ...Object.fromEntries(kept), limit, sort };
  });
const rows = fc.array(
  fc
    .record({
      cwd: fc.constantFrom('/work/a', '/work/b', '/other'),
      agent: fc.constantFrom('demo', 'qwen'),
      state: fc.constantFrom(...states),
      isArchived: fc.boolean(),
      hasActivePrompt: fc.boolean(),
      parentSessionId: fc.constantFrom(null, ...parents),
      labels: fc.subarray(['urgent', 'Ünï', 'later']),
      displayName: fc.constantFrom(null, 'Plan A', 'plan b', 'É', 'e\u0301clair 🚀', '100%'),
      firstPrompt: fc.constantFrom(null, 'a question'),
      // Few instants: ties are common.
      createdAt: fc.integer({ min: 1, max: 6 }),
      sinceCreated: fc.nat(3),
    })
    .map(({ sinceCreated, ...row }) => ({
      ...row,
      activityAt: row.createdAt + sinceCreated,
      lifecycle: row.state === 'closed' ? ('closed' as const) : ('open' as const),
    })),
  { maxLength: 25 },
);

/** What each filter means, said once more and plainly. */
function filterTests(): Record<string, (row: SessionRow, asked: ListQuery) => boolean> {
  const same = (name: keyof SessionRow & keyof ListQuery) => (row: SessionRow, asked: ListQuery) =>
    row[name] === asked[name];
  return {
    cwd: same('cwd'),
    workspace: same('workspace'),
    agent: same('agent'),
    lifecycle: same('lifecycle'),
    isArchived: same('isArchived'),
    state: same('state'),
    hasActivePrompt: same('hasActivePrompt'),
    parentSessionId: same('parentSessionId'),
    label: (row, { label = '' }) => row.labels.includes(label),
    createdAfter: (row, { createdAfter = 0 }) => row.createdAt > createdAfter,
    activeAfter: (row, { activeAfter = 0 }) => row.activityAt > activeAfter,
    titlePart: (row, { titlePart = '' }) => folded(row).includes(titlePart.normalize('NFKC').toLowerCase()),
  };
}

const folded = ({ displayName, firstPrompt }: SessionRow) =>
  (displayName ?? firstPrompt ?? '').normalize('NFKC').toLowerCase();

function holds(row: SessionRow, asked: ListQuery, names: readonly string[]): boolean {
  const given = new Map(Object.entries(asked));
  return Object.entries(filterTests()).every(
    ([name, test]) => !names.includes(name) || given.get(name) === undefined || test(row, asked),
  );
}

const counted = ['cwd', 'workspace', 'agent', 'lifecycle', 'isArchived'];

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
        lastSeq: 12,
        snapshot: '{}',
        state: 'running' as const,
        usage: { used: 7 },
        preview: { role: 'agent' as const, text: 'Ünï' },
        lastTurn: { promptId: promptIdOf('p1'), state: 'running' as const, startedAt: 5, endedAt: null },
        activePromptId: promptIdOf('p1'),
        labels: ['urgent', 'Ünï'],
        alias: 'plan',
        agentSessionId: agentSessionIdOf('agent-2'),
        isPinned: true,
        catalog: agentCatalog({ ...emptyCatalog, availableCommands: [{ name: 'compact' }] }),
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

    it('lists what the filters match, in order, in pages that concatenate to the whole, with its total', async () => {
      await fc.assert(
        fc.asyncProperty(rows, sparseQuery, async (given, asked) => {
          const known = (await everything({ limit: 200 })).rows.map((row) => row.sessionId);
          await store.journal.commit({ erase: known, isAcknowledged: false });
          const workspaceOf = (cwd: string) => (cwd === '/other' ? '/other' : '/work');
          const written = given.map((row) => sampleRow({ ...row, workspace: workspaceOf(row.cwd) }));
          const earlier = {
            agent: 'demo',
            lifecycle: 'open',
            state: 'idle',
            labels: [],
            isArchived: false,
          } as const;
          await write(...written.map((row) => ({ ...row, ...earlier })));
          await write(...written);
          const expected = written.filter((row) => holds(row, asked, Object.keys(filterTests())));
          const { rows: listed, totals } = await everything(asked);
          // Ties follow the order of creation, in the direction of the sort.
          const order = written.map((row, place) => ({ row, place }));
          const sign = asked.sort === 'title' ? 1 : -1;
          const key = ({ row, place }: { row: SessionRow; place: number }) => {
            if (asked.sort === 'title') return [Buffer.from(folded(row)).toString('hex'), place] as const;
            return [asked.sort === 'created' ? row.createdAt : row.activityAt, place] as const;
          };
          const sorted = order
            .filter(({ row }) => expected.includes(row))
            .sort((one, other) => {
              const [[a, placeA], [b, placeB]] = [key(one), key(other)];
              if (a === b) return sign * (placeA - placeB);
              return sign * (a < b ? -1 : 1);
            });
          expect(listed.map(({ sessionId }) => sessionId)).toEqual(sorted.map(({ row }) => row.sessionId));
          const kind =
            asked.state === 'closed' ? { ...asked, lifecycle: asked.lifecycle ?? 'closed' } : asked;
          const total = written.filter((row) => holds(row, kind as ListQuery, counted)).length;
          expect(new Set(totals)).toEqual(new Set([total]));
        }),
        { numRuns: 200 },
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

    it('refuses a cursor it did not give, and one of another order or other filters', async () => {
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
      for (const other of [{ sort: 'created' as const }, { agent: 'demo' }, { isArchived: false }]) {
        const listing = store.index.list({ limit: 1, cursor: nextCursor, ...other });
        await expect(listing, JSON.stringify(other)).rejects.toMatchObject({ code: 'invalid_cursor' });
      }
      expect((await store.index.list({ limit: 2, cursor: nextCursor, sort: 'activity' })).rows).toHaveLength(
        1,
      );
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

    it('tells what changed, each session once, in the order of the last changes, and what was erased', async () => {
      const [one, two, gone] = [sampleRow(), sampleRow(), sampleRow()];
      const { lastSeq: from } = store.index.range();
      await write(one, two, gone);
      await write({ ...one, generation: 2 });
      await store.journal.commit({ erase: [gone.sessionId], isAcknowledged: true });
      const told = await store.index.changes(from, 10);
      const second = from + 2;
      const short = ({ indexSeq, sessionId, row }: IndexChange) => [indexSeq, sessionId, row?.generation];
      expect(told.map(short)).toEqual([
        [second, two.sessionId, 1],
        [second + 2, one.sessionId, 2],
        [second + 3, gone.sessionId, undefined],
      ]);
      expect((await store.index.changes(from, 2)).map(short)).toEqual(told.slice(0, 2).map(short));
      expect((await store.index.changes(second + 2, 2)).map(short)).toEqual(told.slice(2).map(short));
      expect(await store.index.changes(store.index.range().lastSeq, 10)).toEqual([]);
      await store.close();
      store = await medium.open();
      expect((await store.index.changes(from, 10)).map(short)).toEqual(told.map(short));
    });

    it('says when there may be changes, after they can be read, until nobody asks', async () => {
      const row = sampleRow();
      const seen: number[] = [];
      const stop = store.index.watch(() => seen.push(store.index.range().lastSeq));
      await write(row);
      const { lastSeq } = store.index.range();
      await store.journal.commit({ erase: [row.sessionId], isAcknowledged: true });
      await store.journal.commit({ keys: [], isAcknowledged: true });
      stop();
      await write(sampleRow());
      expect(seen).toEqual([lastSeq, lastSeq + 1]);
    });

    it('finds sessions by alias, label and the beginning of their id, and the children of one', async () => {
      const parent = sampleRow({ alias: 'plan', labels: ['urgent', 'later'] });
      const child = sampleRow({ parentSessionId: parent.sessionId, labels: ['later'] });
      await write(parent, child, sampleRow());
      const { index } = store;
      expect(await index.findByAlias('plan')).toBe(parent.sessionId);
      expect(await index.findByAlias('Plan')).toBeUndefined();
      expect(await index.findByLabel('later', 5)).toEqual([parent.sessionId, child.sessionId]);
      expect(await index.findByLabel('later', 1)).toEqual([parent.sessionId]);
      expect(await index.findByIdPrefix(child.sessionId.slice(0, 13), 5)).toEqual([child.sessionId]);
      expect((await index.childrenOf(parent.sessionId)).map((row) => row.sessionId)).toEqual([
        child.sessionId,
      ]);
      await write({ ...parent, alias: null, labels: ['urgent'] }, { ...child, parentSessionId: null });
      expect(await index.findByAlias('plan')).toBeUndefined();
      expect(await index.findByLabel('later', 5)).toEqual([child.sessionId]);
      expect(await index.childrenOf(parent.sessionId)).toEqual([]);
      await store.journal.commit({ erase: [child.sessionId], isAcknowledged: true });
      expect(await index.findByLabel('later', 5)).toEqual([]);
    });

    it('finds the session of an agent session, and none that speaks through another one by now', async () => {
      const agentSessionId = agentSessionIdOf('agent-1');
      const first = sampleRow({ agentSessionId });
      await write(sampleRow(), first, sampleRow({ agentSessionId }));
      const found = (agent = 'demo') => store.index.findByAgentSession(agent, agentSessionId);
      expect(await found()).toBe(first.sessionId);
      expect(await found('qwen')).toBeUndefined();
      expect(await store.index.findByAgentSession('demo', agentSessionIdOf('never'))).toBeUndefined();
      await write({ ...first, lifecycle: 'closed', state: 'closed' });
      expect(await found()).toBe(first.sessionId);
      await write({ ...first, agentSessionId: agentSessionIdOf('agent-2') });
      expect(await found()).not.toBe(first.sessionId);
      await store.journal.commit({
        erase: (await store.index.list({ limit: 200 })).rows.map(({ sessionId }) => sessionId),
        isAcknowledged: true,
      });
      expect(await found()).toBeUndefined();
    });

    it('names the sessions whose rows claim an agent', async () => {
      const states = ['opening', 'idle', 'running', 'stranded', 'closed'] as const;
      const [opening, idle, running] = await Promise.all(
        states.map(async (state) => {
          const row = sampleRow({ state });
          await write(row);
          return row;
        }),
      );
      expect(new Set(await store.index.unattended())).toEqual(new Set([opening, idle, running]));
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
      const all: ListedSession[] = [];
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
