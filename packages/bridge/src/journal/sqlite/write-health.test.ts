import { expect, it } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { freshSession, sampleAppend, sampleEvent } from '../../testing/journal-samples.ts';
import { sqliteMedium } from '../../testing/sqlite-medium.ts';
import { type Database, openDatabase } from './database.ts';

it('a store that is full says why it refuses, keeps what it has, and finds out by itself when there is room', async () => {
  const medium = await sqliteMedium();
  const clock = new FakeClock();
  let database: Database | undefined;
  const store = await medium.open({
    clock,
    connect: (path) => {
      database = openDatabase(path, { readOnly: false });
      return database;
    },
  });
  const sessionId = freshSession();
  const append = (expectedSeq: number, text: string) => ({
    appends: [sampleAppend(sessionId, expectedSeq, [sampleEvent(expectedSeq + 1, text)])],
    isAcknowledged: true,
  });
  await store.journal.commit(append(0, 'before'));
  expect(store.journal.fault()).toBeUndefined();
  expect(clock.pending).toBe(0);
  database?.exec('PRAGMA max_page_count = 1');
  await expect(store.journal.commit(append(1, 'x'.repeat(100_000)))).rejects.toMatchObject({
    code: 'journal_unavailable',
  });
  expect(store.journal.fault()).toContain('full');
  await clock.advance(60_000);
  expect(store.journal.fault()).toContain('full');
  expect(await store.journal.read(sessionId, 0, { maxEvents: 9, maxBytes: 9 })).toEqual([
    sampleEvent(1, 'before'),
  ]);
  database?.exec('PRAGMA max_page_count = 1000000');
  await clock.advance(1_000);
  expect(store.journal.fault()).toBeUndefined();
  expect(clock.pending).toBe(0);
  await store.journal.commit(append(1, 'after'));
  await store.close();
  await medium.dispose();
});
