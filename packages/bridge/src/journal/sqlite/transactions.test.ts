import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Commit } from '../../ports/journal.ts';
import {
  freshSession,
  sampleAppend,
  sampleEvent,
  sampleEvents,
  sampleRow,
} from '../../testing/journal-samples.ts';
import { recordingDatabase } from '../../testing/recording-database.ts';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';
import type { JournalStore } from '../store.ts';
import { type Database, openDatabase } from './database.ts';
import type { JournalSync } from './sync-policy.ts';

const wide = { maxEvents: 10_000, maxBytes: 100_000_000 };

describe('the SQLite journal writes', () => {
  let medium: SqliteMedium;
  let store: JournalStore;
  let ran: string[];
  beforeEach(async () => {
    medium = await sqliteMedium();
  });
  afterEach(async () => {
    await store.close();
    await medium.dispose();
  });

  async function open(sync: JournalSync = 'acks') {
    store = await medium.open({
      sync,
      connect: (path) => {
        const recording = recordingDatabase(path);
        ran = recording.ran;
        return recording.database;
      },
    });
    ran.length = 0;
  }
  const count = (sql: string) => ran.filter((text) => text === sql).length;
  const newSession = (events: number, isAcknowledged: boolean): Commit => ({
    appends: [sampleAppend(freshSession(), 0, sampleEvents(1, events))],
    isAcknowledged,
  });

  it('all commits of one tick in one transaction', async () => {
    await open();
    await Promise.all(Array.from({ length: 100 }, () => store.journal.commit(newSession(3, true))));
    expect(count('BEGIN IMMEDIATE')).toBe(1);
    expect(count('COMMIT')).toBe(1);
    await store.journal.commit(newSession(3, true));
    expect(count('COMMIT')).toBe(2);
  });

  it('a big tick in several transactions, between which the event loop goes round', async () => {
    await open();
    let rounds = 0;
    const goRound = () => {
      rounds += 1;
      timer = setImmediate(goRound);
    };
    let timer = setImmediate(goRound);
    await Promise.all(Array.from({ length: 12 }, () => store.journal.commit(newSession(1_000, false))));
    clearImmediate(timer);
    expect(count('COMMIT')).toBe(6);
    expect(rounds).toBeGreaterThanOrEqual(5);
  });

  it('without ever asking SQLite to sync once it is open', async () => {
    await open('full');
    await store.journal.commit(newSession(1, true));
    expect(ran.filter((sql) => sql.startsWith('PRAGMA'))).toEqual([]);
  });

  describe('and when the store refuses', () => {
    let other: Database;
    beforeEach(async () => {
      await open();
      other = openDatabase(medium.path, { readOnly: false });
    });
    afterEach(() => other.close());
    const refusePoison = () =>
      other.exec(`CREATE TRIGGER poison BEFORE INSERT ON events WHEN NEW.json LIKE '%poison%'
        BEGIN SELECT RAISE(ABORT, 'poisoned'); END`);

    it('says so, and writes again by itself once the cause is gone', async () => {
      const sessionId = freshSession();
      const commit = () =>
        store.journal.commit({
          appends: [sampleAppend(sessionId, 0, sampleEvents(1, 2))],
          rows: [sampleRow({ sessionId })],
          isAcknowledged: true,
        });
      other.exec('BEGIN IMMEDIATE');
      await expect(commit()).rejects.toMatchObject({ code: 'journal_unavailable', cause: expect.any(Error) });
      expect(await store.journal.read(sessionId, 0, wide)).toEqual([]);
      other.exec('ROLLBACK');
      await commit();
      expect(await store.journal.read(sessionId, 0, wide)).toEqual(sampleEvents(1, 2));
      expect((await store.index.list({ limit: 1 })).indexSeq).toBe(1);
    });

    it('fails only the commit at fault among those of its tick', async () => {
      refusePoison();
      const sessionId = freshSession();
      const commit = (expectedSeq: number, text: string) =>
        store.journal.commit({
          appends: [sampleAppend(sessionId, expectedSeq, [sampleEvent(expectedSeq + 1, text)])],
          rows: [sampleRow()],
          isAcknowledged: true,
        });
      const outcomes = await Promise.allSettled([commit(0, 'a'), commit(1, 'poison'), commit(1, 'b')]);
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(outcomes[1]).toMatchObject({ reason: { code: 'journal_unavailable' } });
      expect(await store.journal.read(sessionId, 0, wide)).toEqual([
        sampleEvent(1, 'a'),
        sampleEvent(2, 'b'),
      ]);
      expect(await store.index.list({ limit: 5 })).toMatchObject({ total: 2, indexSeq: 2 });
    });

    it('undoes all of a commit that fails half-way, new sessions included', async () => {
      refusePoison();
      const [one, two] = [freshSession(), freshSession()];
      const commit = (text: string) =>
        store.journal.commit({
          appends: [
            sampleAppend(one, 0, sampleEvents(1, 9)),
            sampleAppend(two, 0, [...sampleEvents(1, 10), sampleEvent(11, text), ...sampleEvents(12, 20)]),
          ],
          isAcknowledged: true,
        });
      await expect(commit('poison')).rejects.toMatchObject({ code: 'journal_unavailable' });
      expect(await store.journal.range(one)).toEqual({ earliestSeq: 1, lastSeq: 0, nextSeq: 1 });
      await commit('fine');
      expect(await store.journal.read(one, 0, wide)).toEqual(sampleEvents(1, 9));
    });
  });

  it('nothing of an erased session stays in the file', async () => {
    await open();
    const [gone, kept] = [freshSession(), freshSession()];
    for (const sessionId of [gone, kept]) {
      const append = sampleAppend(sessionId, 0, [
        ...sampleEvents(1, 1_700),
        { kind: 'fact', type: 'f', json: '{}' },
      ]);
      await store.journal.commit({ appends: [append], isAcknowledged: true });
    }
    await store.journal.commit({ erase: [gone], isAcknowledged: true });
    const other = openDatabase(medium.path, { readOnly: true });
    try {
      const left = () =>
        ['events', 'facts', 'streams', 'erased'].map((table) =>
          Number(other.prepare<[number]>(`SELECT count(*) FROM ${table}`).row()?.[0]),
        );
      await expect.poll(left).toEqual([1_700, 1, 1, 0]);
    } finally {
      other.close();
    }
  });
});
