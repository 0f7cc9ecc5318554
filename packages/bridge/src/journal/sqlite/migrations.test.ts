import { stat } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeJournalOfFormat1 } from '../../testing/journal-of-format-1.ts';
import { collect } from '../../testing/journal-samples.ts';
import { recordSessions, sessionOf } from '../../testing/recorded-sessions.ts';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';
import { verifyJournal } from '../care/verify-journal.ts';
import { keptOf } from './migrate-file.ts';

let medium: SqliteMedium;
let old: SqliteMedium;
beforeEach(async () => {
  medium = await sqliteMedium();
  old = await sqliteMedium();
  const store = await medium.open();
  await recordSessions(store, 3);
  await store.close();
  writeJournalOfFormat1(medium.path, old.path);
});
afterEach(async () => {
  await medium.dispose();
  await old.dispose();
});

it('a journal of the first format keeps its history, and its index is told anew from it', async () => {
  const before = await medium.open();
  const history = await collect(before.journal.history(sessionOf(2)));
  const { lastSeq } = before.index.range();
  const rows = await Promise.all([1, 2, 3].map((nth) => before.index.find(sessionOf(nth))));
  await before.close();

  const store = await old.open();
  expect(await collect(store.journal.history(sessionOf(2)))).toEqual(history);
  expect(await store.index.unindexed()).toEqual([sessionOf(1), sessionOf(2), sessionOf(3)]);
  expect(store.index.range().earliestSeq).toBeGreaterThan(lastSeq);
  for (const row of rows)
    if (row !== undefined) await store.journal.commit({ rows: [row], isAcknowledged: true });
  expect(await store.index.unindexed()).toEqual([]);
  expect((await store.index.list({ limit: 10 })).rows.map(({ sessionId }) => sessionId)).toHaveLength(3);
  await store.close();
  expect((await stat(keptOf(old.path, 1))).size).toBeGreaterThan(0);
  expect((await verifyJournal(old.path)).findings).toEqual([]);
});

it('a journal of the first format can be verified before it is migrated', async () => {
  expect(await verifyJournal(old.path)).toMatchObject({ isSound: true, sessions: 3 });
});
