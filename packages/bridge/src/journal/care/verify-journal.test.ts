import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleKey } from '../../testing/journal-samples.ts';
import { recordSessions, sessionOf } from '../../testing/recorded-sessions.ts';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';
import { openDatabase } from '../sqlite/database.ts';
import type { JournalFinding } from './finding.ts';
import { verifyJournal } from './verify-journal.ts';

const sessions = 3;
const sessionId = sessionOf(2);
/** Keys of the second session's events, and of its facts. */
const k = (id: number) => 2 * 2 ** 32 + id;

describe('verifying a journal', () => {
  let medium: SqliteMedium;
  let lastSeq: number;
  beforeEach(async () => {
    medium = await sqliteMedium();
    const store = await medium.open();
    lastSeq = await recordSessions(store, sessions);
    await store.journal.commit({ keys: [sampleKey({ sessionId })], isAcknowledged: true });
    await store.close();
  });
  afterEach(() => medium.dispose());

  function tamper(sql: string) {
    const database = openDatabase(medium.path, { readOnly: false });
    database.exec(sql);
    database.close();
  }

  it('finds nothing wrong with a sound one, says how far it is, and changes no byte', async () => {
    const before = await readFile(medium.path);
    const progress: number[] = [];
    const report = await verifyJournal(medium.path, { onProgress: ({ done }) => progress.push(done) });
    expect(report).toMatchObject({
      isSound: true,
      sessions,
      findings: [],
      events: sessions * lastSeq,
      answers: 1,
    });
    expect(report.facts).toBeGreaterThan(0);
    expect(progress).toEqual([1, 2, 3]);
    expect((await readFile(medium.path)).equals(before)).toBe(true);
  });

  it('misses nothing that was forgotten, and everything else', async () => {
    const store = await medium.open();
    await store.journal.commit({ forget: [{ sessionId, beforeSeq: 4 }], isAcknowledged: true });
    await store.close();
    tamper(`DELETE FROM events WHERE k < ${k(3)} AND k > ${k(0)}`);
    expect(await verifyJournal(medium.path)).toMatchObject({ isSound: true });
    tamper(`DELETE FROM events WHERE k = ${k(5)}`);
    const { findings } = await verifyJournal(medium.path);
    expect(findings).toMatchObject([{ kind: 'missing', sessionId, fromId: 5, toId: 5 }]);
    tamper('DROP TABLE horizons');
    expect((await verifyJournal(medium.path)).findings).toMatchObject([
      { kind: 'missing', sessionId, fromId: 1, toId: 2 },
      { kind: 'missing', sessionId, fromId: 5, toId: 5 },
    ]);
  });

  it('finds nothing wrong with one that is open and being written', async () => {
    const store = await medium.open();
    const life = { isWriting: true };
    const writing = (async () => {
      for (let seq = lastSeq; life.isWriting; seq += 1) {
        const json = JSON.stringify({ id: seq + 1 });
        const entries = [{ kind: 'event', seq: seq + 1, type: 'session_update', json }] as const;
        await store.journal.commit({
          appends: [{ sessionId, expectedSeq: seq, entries }],
          isAcknowledged: false,
        });
      }
    })();
    for (let round = 0; round < 5; round += 1) {
      expect(await verifyJournal(medium.path)).toMatchObject({ isSound: true, sessions });
    }
    life.isWriting = false;
    await writing;
    await store.close();
  });

  const damages: Readonly<Record<string, readonly [sql: string, expected: Partial<JournalFinding>]>> = {
    'an event whose text changed': [
      `UPDATE events SET json = replace(json, '"id"', '"ID"') WHERE k = ${k(3)}`,
      { kind: 'gap', sessionId, fromId: 3, toId: 3 },
    ],
    'a run of events whose types changed, as one gap': [
      `UPDATE events SET type = 'turn_error' WHERE k BETWEEN ${k(2)} AND ${k(4)}`,
      { kind: 'gap', sessionId, fromId: 2, toId: 4 },
    ],
    'events that are gone': [
      `DELETE FROM events WHERE k BETWEEN ${k(4)} AND ${k(5)}`,
      { kind: 'missing', sessionId, fromId: 4, toId: 5 },
    ],
    'the first event gone': [
      `DELETE FROM events WHERE k = ${k(1)}`,
      { kind: 'missing', sessionId, fromId: 1, toId: 1 },
    ],
    'an event that moved to another session': [
      `UPDATE events SET k = k + ${2 ** 40} WHERE k = (SELECT max(k) FROM events WHERE k < ${k(2 ** 31)})`,
      { kind: 'missing' },
    ],
    'a fact whose text changed': [
      `UPDATE facts SET json = '{}' WHERE k = ${k(2)}`,
      { kind: 'fact', sessionId },
    ],
    'a fact that is gone': [`DELETE FROM facts WHERE k = ${k(2)}`, { kind: 'missing', sessionId }],
    'a fact out of order': [
      `UPDATE facts SET after_seq = 4000 WHERE k = ${k(2)}`,
      { kind: 'fact', sessionId },
    ],
    'a missing row': [`DELETE FROM sessions WHERE session_id = '${sessionId}'`, { kind: 'index', sessionId }],
    'a damaged snapshot': [
      `UPDATE sessions SET snapshot = '{}' WHERE session_id = '${sessionId}'`,
      { kind: 'index', sessionId },
    ],
    'a row that says something else than its snapshot': [
      `UPDATE sessions SET is_unfinished = 0 WHERE session_id = '${sessionId}'`,
      { kind: 'index', sessionId, detail: expect.stringContaining('is_unfinished') },
    ],
    'a row ahead of its session': [
      `UPDATE sessions SET last_seq = 4000 WHERE session_id = '${sessionId}'`,
      { kind: 'index', sessionId },
    ],
    'a session whose entry is lost': [`DELETE FROM streams WHERE stream = 2`, { kind: 'missing' }],
    'a damaged answer': [`UPDATE keys SET answer = 'x'`, { kind: 'answer', sessionId }],
  };

  it.each(Object.entries(damages))('names %s', async (_, [sql, expected]) => {
    tamper(sql);
    const report = await verifyJournal(medium.path);
    expect(report.isSound).toBe(false);
    expect(report.findings).toContainEqual(expect.objectContaining(expected));
    expect(report.findingCount).toBe(report.findings.length);
  });

  it('names pages that cannot be read, and counts the rest', async () => {
    const content = await readFile(medium.path);
    const place = content.indexOf('<<two>>');
    content.fill(0xa5, place - (place % 4096), place - (place % 4096) + 64);
    await writeFile(medium.path, content);
    const report = await verifyJournal(medium.path);
    expect(report.isSound).toBe(false);
    expect(report.findings[0]).toMatchObject({ kind: 'structure' });
  });

  it('takes a range skipped after a power loss for what it is', async () => {
    tamper("UPDATE meta SET value = 0 WHERE name = 'is_clean'");
    const store = await medium.open({ bootId: 'another boot' });
    const { nextSeq } = await store.journal.range(sessionId);
    expect(nextSeq).toBe(lastSeq + 1_000_001);
    const entries = [{ kind: 'event', seq: nextSeq, type: 'session_update', json: '{}' }] as const;
    await store.journal.commit({
      appends: [{ sessionId, expectedSeq: lastSeq, entries }],
      isAcknowledged: true,
    });
    await store.close();
    expect(await verifyJournal(medium.path)).toMatchObject({ isSound: true });
  });

  it.each([
    ['no file', async () => {}],
    ['an empty file', async (path: string) => writeFile(path, '')],
    ['no database', async (path: string) => writeFile(path, 'my notes\n'.repeat(999))],
  ])('refuses %s by name', async (_, make) => {
    const path = `${medium.directory}/other.sqlite`;
    await make(path);
    const message = expect.stringContaining(path);
    await expect(verifyJournal(path)).rejects.toMatchObject({ code: 'state_unreadable', message });
  });
});
