import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordSessions, sessionOf } from '../../testing/recorded-sessions.ts';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';
import { verifyJournal } from '../care/verify-journal.ts';
import { openDatabase } from './database.ts';

describe('the index of an SQLite journal', () => {
  let medium: SqliteMedium;
  beforeEach(async () => {
    medium = await sqliteMedium();
    const store = await medium.open();
    await recordSessions(store, 3);
    await store.close();
  });
  afterEach(() => medium.dispose());

  async function unindexedAfter(sql?: string) {
    if (sql !== undefined) {
      const database = openDatabase(medium.path, { readOnly: false });
      database.exec(sql);
      database.close();
    }
    const store = await medium.open();
    const unindexed = await store.index.unindexed();
    const { total } = await store.index.list({ limit: 10 });
    await store.close();
    return { unindexed, total };
  }
  const all = [sessionOf(1), sessionOf(2), sessionOf(3)];

  it('misses nothing when it is whole', async () => {
    expect(await unindexedAfter()).toEqual({ unindexed: [], total: 3 });
  });

  it('names sessions whose rows are gone', async () => {
    const sql = `DELETE FROM sessions WHERE session_id = '${sessionOf(2)}'`;
    expect(await unindexedAfter(sql)).toEqual({ unindexed: [sessionOf(2)], total: 2 });
  });

  it.each([
    'DROP TABLE sessions',
    'DROP TABLE totals',
    'DROP TABLE removed',
    'DROP INDEX unfinished',
    'DROP TRIGGER count_moved',
  ])('is made anew, empty, after %s', async (sql) => {
    expect(await unindexedAfter(sql)).toEqual({ unindexed: all, total: 0 });
  });

  it('lets readers of its changes begin anew when it is made anew', async () => {
    const before = await medium.open();
    const { lastSeq } = before.index.range();
    await before.close();
    await unindexedAfter();
    const whole = await medium.open();
    expect(whole.index.range()).toEqual({ earliestSeq: 0, lastSeq });
    await whole.close();
    await unindexedAfter('DROP TABLE removed');
    const anew = await medium.open();
    expect(anew.index.range().earliestSeq).toBeGreaterThan(lastSeq);
    await anew.close();
  });

  it('is made anew when its pages are damaged', async () => {
    const database = openDatabase(medium.path, { readOnly: true });
    const root = (table: string) =>
      database.prepare<[number]>('SELECT rootpage FROM sqlite_schema WHERE name = ?').row(table)?.[0] ?? 0;
    const pages = ['by_activity', 'by_created', 'by_cwd_title', 'by_change', 'removed', 'sessions'].map(root);
    database.close();
    const content = await readFile(medium.path);
    for (const page of pages) content.fill(0xa5, (page - 1) * 4096, (page - 1) * 4096 + 64);
    await writeFile(medium.path, content);
    expect(await unindexedAfter()).toEqual({ unindexed: all, total: 0 });
    const { findings } = await verifyJournal(medium.path);
    expect(findings.filter(({ kind }) => kind !== 'index')).toEqual([]);
  });
});

describe('the files of an SQLite journal', () => {
  it.each([undefined, 0o644])(
    'are their owner’s alone, also when they were made with mode %o',
    async (mode) => {
      const medium = await sqliteMedium();
      if (mode !== undefined) {
        await (await medium.open()).close();
        for (const end of ['', '-wal', '-shm'])
          await writeFile(`${medium.path}${end}`, '', { flag: 'a', mode });
        await chmod(medium.path, mode);
      }
      const store = await medium.open();
      await recordSessions(store, 1);
      const modes = await Promise.all(
        ['', '-wal', '-shm'].map(async (end) => (await stat(`${medium.path}${end}`)).mode & 0o777),
      );
      expect(modes).toEqual([0o600, 0o600, 0o600]);
      await store.close();
      await medium.dispose();
    },
  );
});
