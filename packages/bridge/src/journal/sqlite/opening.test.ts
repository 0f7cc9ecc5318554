import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshSession, sampleAppend, sampleEvent, sampleEvents } from '../../testing/journal-samples.ts';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';
import { openDatabase } from './database.ts';
import { schemaVersion } from './schema.ts';

const wide = { maxEvents: 10_000, maxBytes: 100_000_000 };
const sessionId = freshSession();
const appendTo = (expectedSeq: number, from: number, to: number) => ({
  appends: [sampleAppend(sessionId, expectedSeq, sampleEvents(from, to))],
  isAcknowledged: true,
});

describe('opening an SQLite journal', () => {
  let medium: SqliteMedium;
  beforeEach(async () => {
    medium = await sqliteMedium();
  });
  afterEach(() => medium.dispose());

  it('refuses a file of a newer program by name and leaves it untouched', async () => {
    await (await medium.open()).close();
    const newer = openDatabase(medium.path, { readOnly: false });
    newer.exec(`PRAGMA user_version = ${schemaVersion + 1}; CREATE TABLE later (x)`);
    newer.close();
    const before = await readFile(medium.path);
    const message = expect.stringContaining(`journal format ${schemaVersion + 1}`);
    await expect(medium.open()).rejects.toMatchObject({ code: 'state_unreadable', message });
    expect((await readFile(medium.path)).equals(before)).toBe(true);
  });

  it.each([
    ['no database', async (path: string) => writeFile(path, 'these are my notes\n'.repeat(500))],
    ['a database cut short', async (path: string) => writeFile(path, 'SQLite format 3\0')],
    ['a directory', async (path: string) => void (await mkdir(path))],
    [
      'a database of another program',
      async (path: string) => {
        const other = openDatabase(path, { readOnly: false });
        other.exec('CREATE TABLE recipes (title TEXT)');
        other.close();
      },
    ],
  ])('refuses %s and leaves it untouched', async (_, make) => {
    await make(medium.path);
    const content = () => readFile(medium.path).catch(() => 'a directory');
    const before = await content();
    await expect(medium.open()).rejects.toMatchObject({
      code: 'state_unreadable',
      details: { path: medium.path },
    });
    expect(await content()).toEqual(before);
  });

  it('refuses a directory that does not exist', async () => {
    await expect(medium.open({ path: `${medium.directory}/none/journal.db` })).rejects.toMatchObject({
      code: 'state_unreadable',
    });
  });

  it('takes an empty file, and a database left empty by a program killed while it made it', async () => {
    await writeFile(medium.path, '');
    await (await medium.open()).close();
    const path = `${medium.directory}/half-made.db`;
    const database = openDatabase(path, { readOnly: false });
    database.exec('PRAGMA journal_mode = WAL');
    database.close();
    await (await medium.open({ path })).close();
  });

  describe('after the machine lost power', () => {
    /** What a crash leaves: the file as it is while nobody closes it. */
    async function crash(
      bootId: string,
      write: (store: Awaited<ReturnType<SqliteMedium['open']>>) => Promise<void>,
    ) {
      const store = await medium.open({ bootId });
      await write(store);
      const files = await Promise.all(['', '-wal'].map((end) => readFile(`${medium.path}${end}`)));
      await store.close();
      await Promise.all(
        ['', '-wal'].map((end, place) => writeFile(`${medium.path}${end}`, files[place] ?? '')),
      );
    }

    it('skips 1,000,000 ids of a session at its next event, and remembers which', async () => {
      await crash('boot 1', (store) => store.journal.commit(appendTo(0, 1, 3)));
      let store = await medium.open({ bootId: 'boot 2' });
      expect(await store.journal.range(sessionId)).toEqual({
        earliestSeq: 1,
        lastSeq: 3,
        nextSeq: 1_000_004,
      });
      await expect(store.journal.commit(appendTo(3, 4, 4))).rejects.toMatchObject({
        code: 'journal_conflict',
      });
      const isSkipped = async () =>
        Promise.all([3, 4, 1_000_003, 1_000_004].map((seq) => store.journal.isSkipped(sessionId, seq)));
      expect(await isSkipped()).toEqual([false, true, true, false]);
      await store.journal.commit(appendTo(3, 1_000_004, 1_000_006));
      await store.journal.commit(appendTo(1_000_006, 1_000_007, 1_000_007));
      await store.close();
      store = await medium.open({ bootId: 'boot 2' });
      expect(await isSkipped()).toEqual([false, true, true, false]);
      expect((await store.journal.read(sessionId, 0, wide)).map((event) => event.seq)).toEqual([
        1, 2, 3, 1_000_004, 1_000_005, 1_000_006, 1_000_007,
      ]);
      expect((await store.journal.read(sessionId, 500_000, wide))[0]).toEqual(sampleEvent(1_000_004));
      await store.close();
    });

    it('skips once for each loss in a row, and nothing for a session that is new', async () => {
      await crash('boot 1', (store) => store.journal.commit(appendTo(0, 1, 3)));
      await crash('boot 2', async () => {});
      const store = await medium.open({ bootId: 'boot 3' });
      expect((await store.journal.range(sessionId)).nextSeq).toBe(2_000_004);
      const fresh = freshSession();
      await store.journal.commit({
        appends: [sampleAppend(fresh, 0, sampleEvents(1, 1))],
        isAcknowledged: true,
      });
      expect(await store.journal.range(fresh)).toEqual({ earliestSeq: 1, lastSeq: 1, nextSeq: 2 });
      await store.close();
    });

    it('skips nothing when only the program died, or the machine was shut down in order', async () => {
      await crash('boot 1', (store) => store.journal.commit(appendTo(0, 1, 3)));
      let store = await medium.open({ bootId: 'boot 1' });
      expect((await store.journal.range(sessionId)).nextSeq).toBe(4);
      await store.close();
      store = await medium.open({ bootId: 'boot 2' });
      expect((await store.journal.range(sessionId)).nextSeq).toBe(4);
      await store.close();
    });
  });
});
