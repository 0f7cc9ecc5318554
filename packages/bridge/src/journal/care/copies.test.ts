import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomIds } from '../../runtime/random-ids.ts';
import { lockStateDir } from '../../runtime/state-dir-lock.ts';
import { systemClock } from '../../runtime/system-clock.ts';
import { sampleAppend, sampleEvents } from '../../testing/journal-samples.ts';
import { recordSessions, sessionOf } from '../../testing/recorded-sessions.ts';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';
import { openDatabase } from '../sqlite/database.ts';
import { journalFileIn } from '../sqlite/journal-file.ts';
import { openSqliteStore } from '../sqlite/open-sqlite-store.ts';
import { schemaVersion } from '../sqlite/schema.ts';
import { backupJournal } from './backup-journal.ts';
import { readJournalStats } from './journal-stats.ts';
import { restoreJournal } from './restore-journal.ts';
import { verifyJournal } from './verify-journal.ts';

const wide = { maxEvents: 100_000, maxBytes: 100_000_000 };

describe('copies of a journal', () => {
  let medium: SqliteMedium;
  let stateDir: string;
  let path: string;
  let target: string;
  beforeEach(async () => {
    medium = await sqliteMedium();
    stateDir = join(medium.directory, 'state');
    await mkdir(stateDir, { mode: 0o700 });
    path = journalFileIn(stateDir);
    target = join(medium.directory, 'backup.sqlite');
  });
  afterEach(() => medium.dispose());
  const open = (file = path) =>
    openSqliteStore({ path: file, sync: 'normal', clock: systemClock, ids: randomIds });
  const record = async (count: number) => {
    const store = await open();
    const lastSeq = await recordSessions(store, count);
    await store.close();
    return lastSeq;
  };

  describe('a backup', () => {
    it('made while the journal is written is of one instant: a whole prefix, and sound', async () => {
      const store = await open();
      const lastSeq = await recordSessions(store, 1);
      const life = { isWriting: true };
      const sessionId = sessionOf(1);
      const writing = (async () => {
        let seq = lastSeq;
        for (; life.isWriting; seq += 50) {
          const append = sampleAppend(sessionId, seq, sampleEvents(seq + 1, seq + 50));
          await store.journal.commit({ appends: [append], isAcknowledged: false });
        }
        return seq;
      })();
      const progress: number[] = [];
      const made = await backupJournal(path, target, { onProgress: ({ done }) => progress.push(done) });
      life.isWriting = false;
      const written = await writing;
      expect(made).toEqual({ path: target, sizeBytes: (await stat(target)).size });
      expect((await stat(target)).mode & 0o777).toBe(0o600);
      const report = await verifyJournal(target);
      expect(report).toMatchObject({ isSound: true, sessions: 1 });
      expect(report.events).toBeLessThanOrEqual(written);
      expect((report.events - lastSeq) % 50).toBe(0);
      const copy = await open(target);
      const all = await store.journal.read(sessionId, 0, wide);
      expect(await copy.journal.read(sessionId, 0, wide)).toEqual(all.slice(0, report.events));
      await copy.close();
      await store.close();
    });

    it('is one file, and nothing else is left beside it', async () => {
      await record(1);
      await writeFile(`${target}.partial`, 'of an earlier attempt');
      await backupJournal(path, target);
      expect((await readdir(medium.directory)).sort()).toEqual(['backup.sqlite', 'state']);
    });

    it('never overwrites a file', async () => {
      await record(1);
      await writeFile(target, 'precious');
      await expect(backupJournal(path, target)).rejects.toMatchObject({ code: 'invalid_option' });
      expect(await readFile(target, 'utf8')).toBe('precious');
    });

    it('that cannot be written leaves nothing', async () => {
      await record(1);
      const message = expect.stringContaining('/none/backup');
      await expect(backupJournal(path, `${medium.directory}/none/backup`)).rejects.toMatchObject({
        code: 'journal_unavailable',
        message,
      });
      await expect(backupJournal(`${path}-not`, target)).rejects.toMatchObject({ code: 'state_unreadable' });
      expect(await readdir(medium.directory)).toEqual(['state']);
    });
  });

  describe('a restore', () => {
    it('puts the backup in place, gives a new epoch, and keeps the journal before', async () => {
      await record(2);
      await backupJournal(path, target);
      const store = await open();
      const { epoch } = store.journal;
      const more = sampleAppend(sessionOf(9), 0, sampleEvents(1, 5));
      await store.journal.commit({ appends: [more], isAcknowledged: true });
      await store.close();
      const report = await restoreJournal(stateDir, target);
      expect(report).toMatchObject({ path, sessions: 2, wasDone: false });
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      const restored = await open();
      expect(restored.journal.epoch).toBe(report.eventEpoch);
      expect(restored.journal.epoch).not.toBe(epoch);
      expect(restored.journal.isRestored).toBe(true);
      expect((await restored.journal.range(sessionOf(9))).lastSeq).toBe(0);
      await restored.journal.settleRestore();
      await restored.close();
      const kept = await open(report.previous ?? '');
      expect(kept.journal.epoch).toBe(epoch);
      expect(await kept.journal.read(sessionOf(9), 0, wide)).toEqual(sampleEvents(1, 5));
      await kept.close();
    });

    it('done again before anything ran changes nothing; after a start it is done anew', async () => {
      await record(1);
      await backupJournal(path, target);
      const first = await restoreJournal(stateDir, target);
      const files = await readdir(stateDir);
      expect(await restoreJournal(stateDir, target)).toEqual({ ...first, previous: null, wasDone: true });
      expect(await readdir(stateDir)).toEqual(files);
      const store = await open();
      await store.journal.settleRestore();
      await store.close();
      const again = await restoreJournal(stateDir, target);
      expect(again).toMatchObject({ wasDone: false });
      expect(again.eventEpoch).not.toBe(first.eventEpoch);
    });

    it('goes on where one was interrupted, whatever that left', async () => {
      await record(1);
      await backupJournal(path, target);
      await writeFile(`${path}.restoring`, 'half a copy');
      await writeFile(`${path}.restoring-wal`, 'half a log');
      expect(await restoreJournal(stateDir, target)).toMatchObject({ sessions: 1 });
      expect(await verifyJournal(path)).toMatchObject({ isSound: true, sessions: 1 });
      expect((await readdir(stateDir)).filter((name) => name.includes('restoring'))).toEqual([]);
    });

    it('is possible where no journal is, and in place of a broken one, which is kept', async () => {
      await record(1);
      await backupJournal(path, target);
      const fresh = join(medium.directory, 'fresh');
      await mkdir(fresh);
      expect(await restoreJournal(fresh, target)).toMatchObject({ previous: null, sessions: 1 });
      await writeFile(path, 'ruins');
      await writeFile(`${path}-wal`, 'more ruins');
      const { previous } = await restoreJournal(stateDir, target);
      expect(await readFile(previous ?? '', 'utf8')).toBe('ruins');
      expect(await readFile(`${previous}-wal`, 'utf8')).toBe('more ruins');
      expect(await verifyJournal(path)).toMatchObject({ isSound: true });
    });

    it('is refused while somebody holds the directory, and names the owner', async () => {
      await record(1);
      await backupJournal(path, target);
      const lock = lockStateDir(stateDir, { pid: 4242 });
      await expect(restoreJournal(stateDir, target)).rejects.toMatchObject({
        code: 'state_dir_in_use',
        details: { pid: 4242 },
      });
      lock.release();
      await restoreJournal(stateDir, target);
    });

    it('refuses what is no sound backup and changes nothing', async () => {
      await record(40);
      const refuse = async (backup: string, code: string) => {
        const before = await readFile(path);
        await expect(restoreJournal(stateDir, backup)).rejects.toMatchObject({ code });
        expect((await readFile(path)).equals(before)).toBe(true);
      };
      await refuse(`${target}-not`, 'state_unreadable');
      await refuse(path, 'invalid_option');
      await writeFile(target, 'my notes'.repeat(1_000));
      await refuse(target, 'state_unreadable');
      const content = await readFile(path);
      content.fill(0xa5, content.length - 8_192);
      await writeFile(target, content);
      await refuse(target, 'state_unreadable');
    });
  });

  it('statistics count what is there and name the largest sessions first', async () => {
    const lastSeq = await record(12);
    const store = await open();
    const append = sampleAppend(sessionOf(7), lastSeq, sampleEvents(lastSeq + 1, lastSeq + 100));
    await store.journal.commit({ appends: [append], isAcknowledged: true });
    const stats = await readJournalStats(path);
    expect(stats).toMatchObject({
      sessions: 12,
      openSessions: 12,
      events: 12 * lastSeq + 100,
      format: schemaVersion,
      program: 'holdfast',
      eventEpoch: store.journal.epoch,
      answers: 0,
    });
    expect(stats.largest).toHaveLength(10);
    expect(stats.largest[0]).toMatchObject({
      sessionId: sessionOf(7),
      title: 'session 7',
      events: lastSeq + 100,
    });
    const database = openDatabase(path, { readOnly: true });
    const [bytes] =
      database
        .prepare<[number]>(
          'SELECT (SELECT sum(octet_length(json)) FROM events) + (SELECT sum(octet_length(json)) FROM facts)',
        )
        .row() ?? [];
    database.close();
    expect(stats.contentBytes).toBe(bytes);
    await store.close();
  });
});
