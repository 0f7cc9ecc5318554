import { type SessionId, sessionIdFrom } from '@holdfast/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalStore } from '../journal/store.ts';
import type { FoundTurn, SearchIndex, SearchQuery } from '../ports/search-index.ts';
import { searchTerms } from '../search/search-terms.ts';
import type { SessionCommand } from '../session/command.ts';
import { toRow } from '../session/snapshot.ts';
import { type Lived, live, unborn } from './given.ts';
import { c } from './samples.ts';

/** A journal with a search of it. */
export interface SearchMedium {
  open(): Promise<{ readonly store: JournalStore; readonly search: SearchIndex }>;
  dispose(): Promise<void>;
}

const sessionOf = (nth: number): SessionId =>
  sessionIdFrom(`00000000-0000-4000-8000-${String(nth).padStart(12, '0')}`);

/** A turn in which the user says the one and the agent the other. */
export const turn = (name: string, user: string, agent: string, binding = 1): readonly SessionCommand[] => [
  c.prompt(name, { content: [{ type: 'text', text: user }] }),
  c.advance,
  c.says(agent, binding),
  c.answered(name, 'end_turn', binding),
];

/** What every search does. Each adapter runs it. */
export function searchContract(name: string, openMedium: () => Promise<SearchMedium>): void {
  describe(`${name} finds what was said`, () => {
    let medium: SearchMedium;
    let opened: Awaited<ReturnType<SearchMedium['open']>>;
    const lives = new Map<number, Lived>();
    beforeEach(async () => {
      medium = await openMedium();
      opened = await medium.open();
      lives.clear();
    });
    afterEach(async () => {
      await opened.search.close();
      await opened.store.close();
      await medium.dispose();
    });

    /** Goes on with a session as the bridge would; a new one begins `nth` minutes later than the first. */
    async function lead(nth: number, commands: readonly SessionCommand[], given = {}): Promise<void> {
      const known = lives.get(nth);
      const before = known ?? { ...unborn, now: unborn.now + nth * 60_000 };
      const begun = known === undefined ? [c.create({ sessionId: sessionOf(nth), ...given })] : [];
      const after = [...begun, ...commands].reduce((lived, command) => live(lived, command), before);
      lives.set(nth, after);
      if (after.state === null) throw new Error('the life left no session');
      await opened.store.journal.commit({
        appends: [
          {
            sessionId: sessionOf(nth),
            expectedSeq: before.lastSeq,
            entries: after.recorded.slice(before.recorded.length),
          },
        ],
        rows: [toRow(after.state, after.lastSeq)],
        isAcknowledged: true,
      });
    }
    async function find(typed: string, query: Partial<SearchQuery> = {}): Promise<readonly FoundTurn[]> {
      await opened.search.settled(10_000);
      const asked = { terms: searchTerms(typed), limit: 50, isCurrentOnly: false, ...query };
      return (await opened.search.search(asked)).turns;
    }
    const names = async (typed: string, query: Partial<SearchQuery> = {}) =>
      (await find(typed, query)).map(({ promptId }) => promptId);
    /** What is marked, in what stands around it. */
    const marked = (turns: readonly FoundTurn[]) =>
      turns.flatMap(({ matches }) =>
        matches.map(({ role, text, highlights }) => ({
          role,
          words: highlights.map(({ start, end }) => text.slice(start, end)),
        })),
      );

    it('by words of user and agent, in one turn together, newest first, with the words marked', async () => {
      await lead(1, turn('p1', 'How do I fix the login?', 'The token has expired.'));
      await lead(2, turn('p2', 'Why is my token invalid?', 'Look at the clock.'));
      await lead(2, turn('p3', 'unrelated', 'nothing'));
      expect(await names('token')).toEqual(['p2', 'p1']);
      expect(await names('login token')).toEqual(['p1']);
      expect(await names('login clock')).toEqual([]);
      expect(marked(await find('LOGIN token'))).toEqual([
        { role: 'user', words: ['login'] },
        { role: 'agent', words: ['token'] },
      ]);
      const [found] = await find('expired');
      expect(found).toMatchObject({ sessionId: sessionOf(1), generation: 1 });
      expect(found?.firstSeq).toBeLessThan(found?.lastSeq ?? 0);
    });

    it('by a last word that is unfinished, and by phrases', async () => {
      await lead(1, turn('p1', 'permission denied', 'a b c'));
      await lead(2, turn('p2', 'denied permission', 'x'));
      expect(await names('perm')).toEqual(['p2', 'p1']);
      expect(await names('perm ')).toEqual([]);
      expect(await names('"permission denied"')).toEqual(['p1']);
      expect(await names('"permission denied')).toEqual(['p1']);
    });

    it('whatever its script and its accents', async () => {
      await lead(1, turn('p1', 'Ein großes Café, naïve', '用React写一个登录页面'));
      await lead(2, turn('p2', 'Привет, МИР', 'สวัสดีครับ 🚀 done'));
      expect(await names('cafe')).toEqual(['p1']);
      expect(await names('登录')).toEqual(['p1']);
      expect(await names('React')).toEqual(['p1']);
      expect(await names('录登')).toEqual([]);
      expect(await names('мир')).toEqual(['p2']);
      expect(await names('สวัสดี')).toEqual(['p2']);
      const [, agent] = marked(await find('Café 登录'));
      expect(agent?.words.join('')).toBe('登录');
    });

    it('and no longer what its journal has forgotten', async () => {
      for (const nth of [1, 2, 3]) await lead(1, turn(`p${nth}`, `same ${nth}`, 'answer'));
      await lead(2, turn('p4', 'same', 'answer'));
      const [, , second] = await find('same');
      const beforeSeq = (second?.lastSeq ?? 0) + 1;
      await opened.store.journal.commit({
        forget: [{ sessionId: sessionOf(1), beforeSeq }],
        isAcknowledged: false,
      });
      await opened.search.forget(sessionOf(1), beforeSeq);
      expect(await names('same')).toEqual(['p4', 'p3']);
      await lead(1, turn('p5', 'same 5', 'answer'));
      expect((await names('same')).toSorted()).toEqual(['p3', 'p4', 'p5']);
    });

    it('and takes whatever is typed for words', async () => {
      await lead(1, turn('p1', 'a "quoted" NEAR(b) OR * col:x -y ^z {w} +', 'AND NOT'));
      for (const typed of [
        '"',
        '""',
        'a"b',
        'NEAR(',
        'OR',
        'AND NOT',
        '*',
        'user:x',
        '-',
        '^z',
        '{',
        "'; --",
        'quoted\0',
        '\0"AND',
      ])
        await find(typed);
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (typed) => {
          await find(typed);
        }),
        { numRuns: 200 },
      );
      expect(await names('OR NEAR quoted')).toEqual(['p1']);
      expect(await names('quoted\0near')).toEqual(['p1']);
      expect(await names('?!')).toEqual([]);
    });

    it('in pages that concatenate to the whole', async () => {
      for (let nth = 1; nth <= 12; nth += 1)
        await lead(nth, turn(`p${nth}`, nth % 3 === 0 ? 'other words' : 'same words', 'fine'));
      const whole = await names('same');
      expect(whole).toEqual(['p11', 'p10', 'p8', 'p7', 'p5', 'p4', 'p2', 'p1']);
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const terms = searchTerms('same');
        const page = await opened.search.search({ terms, limit: 3, cursor, isCurrentOnly: false });
        paged.push(...page.turns.map(({ promptId }) => promptId));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(paged).toEqual(whole);
      const foreign = opened.search.search({
        terms: searchTerms('same'),
        limit: 3,
        cursor: 'x',
        isCurrentOnly: false,
      });
      await expect(foreign).rejects.toMatchObject({ code: 'invalid_cursor' });
    });

    it('of one directory, agent or session where that is asked', async () => {
      await lead(1, turn('p1', 'needle', 'x'), { cwd: '/work/a', agent: 'one' });
      await lead(2, turn('p2', 'needle', 'x'), { cwd: '/work/b', agent: 'two' });
      expect(await names('needle', { cwd: '/work/a' })).toEqual(['p1']);
      expect(await names('needle', { agent: 'two' })).toEqual(['p2']);
      expect(await names('needle', { sessionId: sessionOf(1) })).toEqual(['p1']);
      expect(await names('needle', { sessionId: sessionOf(9) })).toEqual([]);
    });

    it('also before a reset, unless only the current conversation is asked for', async () => {
      await lead(1, turn('p1', 'needle', 'before'));
      await lead(1, [c.reset()]);
      expect(await names('needle')).toEqual(['p1']);
      expect(await names('needle', { isCurrentOnly: true })).toEqual([]);
      await lead(1, [c.bound(), ...turn('p2', 'needle', 'after', 2)]);
      const found = await find('needle');
      expect(found.map(({ promptId, generation }) => [promptId, generation])).toEqual([
        ['p2', 2],
        ['p1', 1],
      ]);
      expect(await names('needle', { isCurrentOnly: true })).toEqual(['p2']);
    });

    it('in turns that have ended, and in sessions that are there', async () => {
      await lead(1, turn('p1', 'needle one', 'x').slice(0, 3));
      await lead(2, turn('p2', 'needle two', 'x'));
      expect(await names('needle')).toEqual(['p2']);
      await lead(1, [c.answered('p1')]);
      expect((await names('needle')).toSorted()).toEqual(['p1', 'p2']);
      await opened.store.journal.commit({ erase: [sessionOf(2)], isAcknowledged: true });
      expect(await names('needle')).toEqual(['p1']);
    });

    it('in long messages, from one end to the other', async () => {
      const filler = 'lorem ipsum dolor '.repeat(4_000);
      await lead(1, turn('p1', 'short', `first ${filler} middle ${filler} last`));
      for (const word of ['first', 'middle', 'last']) {
        const found = await find(word);
        expect(found.map(({ promptId }) => promptId)).toEqual(['p1']);
        expect(marked(found)).toEqual([{ role: 'agent', words: [word] }]);
        expect(found[0]?.matches[0]?.text.length).toBeLessThan(1_000);
      }
    });

    it('also after it was opened again, and what was said meanwhile', async () => {
      await lead(1, turn('p1', 'needle', 'x'));
      await find('needle');
      await opened.search.close();
      await lead(1, turn('p2', 'needle', 'again'));
      await opened.store.close();
      opened = await medium.open();
      expect(await names('needle')).toEqual(['p2', 'p1']);
    });
  });
}
