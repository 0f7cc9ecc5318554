import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../journal/sqlite/database.ts';
import { silentLogger } from '../runtime/silent-logger.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { recordSessions } from '../testing/recorded-sessions.ts';
import { type SearchMedium, searchContract } from '../testing/search-contract.ts';
import { type SqliteMedium, sqliteMedium } from '../testing/sqlite-medium.ts';
import { filterWords } from './filter-words.ts';
import { searchFileIn } from './search-file.ts';
import { searchTerms } from './search-terms.ts';
import { openSqliteSearch } from './sqlite-search.ts';

/** The same object with some methods of one's own. */
const withOwn = <Whole extends object>(whole: Whole, own: Partial<Whole>): Whole =>
  new Proxy(whole, {
    get(target, name) {
      const value: unknown = Reflect.get(own, name) ?? Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

const openIn = async (medium: SqliteMedium) => {
  const store = await medium.open();
  const path = searchFileIn(medium.directory);
  const search = openSqliteSearch({ path, ...store, clock: systemClock, logger: silentLogger });
  return { store, search };
};

async function indexed(): Promise<SearchMedium> {
  const medium = await sqliteMedium();
  return { open: () => openIn(medium), dispose: () => medium.dispose() };
}

searchContract('a full-text index', indexed);

describe('a full-text index', () => {
  /** Sessions that have been indexed, and the file closed. */
  async function written() {
    const medium = await sqliteMedium();
    onTestFinished(() => medium.dispose());
    const { store, search } = await openIn(medium);
    await recordSessions(store, 5);
    await search.settled(10_000);
    await search.close();
    await store.close();
    return { medium, path: searchFileIn(medium.directory) };
  }
  async function found(medium: SqliteMedium): Promise<number> {
    const { store, search } = await openIn(medium);
    await search.settled(10_000);
    const { turns } = await search.search({ terms: searchTerms('one'), limit: 50, isCurrentOnly: false });
    expect(search.pendingSessions()).toBe(0);
    await search.close();
    await store.close();
    return turns.length;
  }

  it('is told anew by the journal when it was deleted', async () => {
    const { medium, path } = await written();
    await rm(path);
    await rm(`${path}-wal`, { force: true });
    expect(await found(medium)).toBe(5);
  });

  it('is told anew when it is no database any more', async () => {
    const { medium, path } = await written();
    await writeFile(path, 'x'.repeat(20_000));
    expect(await found(medium)).toBe(5);
  });

  it('is told anew when it belongs to another journal', async () => {
    const { medium } = await written();
    await rm(medium.path);
    await rm(`${medium.path}-wal`, { force: true });
    const store = await medium.open();
    await recordSessions(store, 2);
    await store.close();
    expect(await found(medium)).toBe(2);
  });

  const one = { terms: searchTerms('one'), limit: 50, isCurrentOnly: false };
  /** Takes a table away from under the open index. */
  function damage(path: string): void {
    const database = openDatabase(path, { readOnly: false });
    database.exec('DROP TABLE turns');
    database.close();
  }

  it('is told anew when it is found to be damaged; what was asked meanwhile is refused', async () => {
    const { medium, path } = await written();
    const { store, search } = await openIn(medium);
    expect((await search.search(one)).turns).toHaveLength(5);
    damage(path);
    await expect(search.search(one)).rejects.toMatchObject({ code: 'journal_unavailable' });
    await search.settled(10_000);
    expect((await search.search(one)).turns).toHaveLength(5);
    await search.close();
    await store.close();
  });

  it('is told anew as soon as that can be done, and closes although it could not', async () => {
    const { medium, path } = await written();
    const { store, search } = await openIn(medium);
    await search.search(one);
    damage(path);
    await rm(path);
    await mkdir(path);
    for (let time = 0; time < 2; time += 1)
      await expect(search.search(one)).rejects.toMatchObject({ code: 'journal_unavailable' });
    await rm(path, { recursive: true });
    await search.search(one);
    await search.settled(10_000);
    expect((await search.search(one)).turns).toHaveLength(5);
    await search.close();
    await expect(search.search(one)).rejects.toMatchObject({ code: 'journal_unavailable' });
    await store.close();
  });

  it('adds no turn twice, however often it is opened', async () => {
    const { medium } = await written();
    for (let time = 0; time < 3; time += 1) expect(await found(medium)).toBe(5);
  });

  it('reads no further than a change says: a turn that runs is not followed', async () => {
    const { medium, path } = await written();
    await rm(path);
    const store = await medium.open();
    const asked: number[] = [];
    const journal = withOwn(store.journal, {
      read: (...call: Parameters<typeof store.journal.read>) => {
        asked.push(call[1]);
        return store.journal.read(...call);
      },
    });
    const index = withOwn(store.index, {
      changes: async (...call: Parameters<typeof store.index.changes>) =>
        (await store.index.changes(...call)).map((change) => ({
          ...change,
          row: change.row && { ...change.row, lastSeq: 1 },
        })),
    });
    const search = openSqliteSearch({ path, journal, index, clock: systemClock, logger: silentLogger });
    await search.settled(10_000);
    expect(asked).toEqual([0, 0, 0, 0, 0]);
    await search.close();
    await store.close();
  });

  it('finds nobody by the words it filters with', async () => {
    const { medium } = await written();
    const { store, search } = await openIn(medium);
    const [row] = (await store.index.list({ limit: 1 })).rows;
    const filters = { cwd: row?.cwd, agent: row?.agent, sessionId: row?.sessionId };
    expect((await search.search({ ...one, ...filters })).turns).toHaveLength(1);
    const words = filterWords(filters);
    expect(words).toHaveLength(3);
    for (const word of words) {
      expect((await search.search({ ...one, terms: searchTerms(word) })).turns).toEqual([]);
    }
    await search.close();
    await store.close();
  });

  it('is a file that only its owner may read', async () => {
    const { medium } = await written();
    const { stat } = await import('node:fs/promises');
    const { mode } = await stat(join(medium.directory, 'search.db'));
    expect(mode & 0o077).toBe(0);
  });
});
