import { stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../../ports/logger.ts';
import { silentLogger } from '../../runtime/silent-logger.ts';
import { settled } from '../../testing/fake-clock.ts';
import { freshSession, sampleAppend, sampleEvent, sampleKey } from '../../testing/journal-samples.ts';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';
import type { JournalStore } from '../store.ts';
import { type Checkpointer, type CheckpointOutcome, checkpointThread } from './checkpoint-thread.ts';
import { openDatabase } from './database.ts';
import { openLogFile } from './log-file.ts';

const sessionId = freshSession();
/** As many bytes as a round of the log has, and a few more. */
const round = 'x'.repeat(2_150_000);

describe('the log of an SQLite journal', () => {
  let medium: SqliteMedium;
  let store: JournalStore;
  let warnings: string[];
  let lastSeq: number;
  const logger: Logger = { ...silentLogger, warn: (_, message) => void warnings.push(message) };
  beforeEach(async () => {
    medium = await sqliteMedium();
    warnings = [];
    lastSeq = 0;
  });
  afterEach(async () => {
    await store.close();
    await medium.dispose();
  });
  const write = (text: string) => {
    lastSeq += 1;
    return store.journal.commit({
      appends: [sampleAppend(sessionId, lastSeq - 1, [sampleEvent(lastSeq, text)])],
      isAcknowledged: true,
    });
  };
  const logBytes = async () => (await stat(`${medium.path}-wal`)).size;

  it('begins anew when it has grown by a round, and the file does not grow on', async () => {
    store = await medium.open({ logger });
    await write(round);
    const afterOne = await logBytes();
    for (let count = 0; count < 8; count += 1) await write(round);
    expect(await logBytes()).toBeLessThan(2 * afterOne);
    expect(warnings).toEqual([]);
    const other = openDatabase(medium.path, { readOnly: true });
    const counted = other.prepare<[number]>("SELECT value FROM meta WHERE name = 'checkpoints'").row();
    other.close();
    expect(counted?.[0]).toBeGreaterThanOrEqual(8);
  });

  it('keeps growing while somebody else reads in it, loses nothing, and is emptied once they are done', async () => {
    store = await medium.open({ logger });
    await write(round);
    const reader = openDatabase(medium.path, { readOnly: true });
    reader.exec('BEGIN; SELECT count(*) FROM events');
    for (let count = 0; count < 4; count += 1) await write(round);
    const whileReading = await logBytes();
    expect(whileReading).toBeGreaterThan(4 * round.length);
    reader.exec('COMMIT');
    reader.close();
    for (let count = 0; count < 6; count += 1) await write(round);
    expect(await logBytes()).toBe(whileReading);
    expect((await store.journal.range(sessionId)).lastSeq).toBe(11);
  });

  describe('is moved by somebody slow', () => {
    let finish: (outcome: CheckpointOutcome) => void;
    let started: number;
    let closed: number;
    let isQuick: boolean;
    const slow: Checkpointer = {
      checkpoint() {
        started += 1;
        if (isQuick) return Promise.resolve({ kind: 'done', hasRestarted: false });
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
      async close() {
        closed += 1;
      },
    };
    beforeEach(() => {
      started = 0;
      closed = 0;
      isQuick = false;
      finish = () => {};
    });
    afterEach(() => {
      isQuick = true;
      finish({ kind: 'done', hasRestarted: false });
    });

    it('nobody writes meanwhile, reading goes on, and what waited is written then', async () => {
      store = await medium.open({ logger, checkpointer: slow });
      await write(round);
      expect(started).toBe(1);
      let isWritten = false;
      const waiting = write('waits').then(() => {
        isWritten = true;
      });
      const forgotten = store.journal.forgetKeys(5);
      await settled();
      expect(isWritten).toBe(false);
      expect(await store.journal.read(sessionId, 0, { maxEvents: 9, maxBytes: 9 })).toHaveLength(1);
      finish({ kind: 'done', hasRestarted: false });
      await Promise.all([waiting, forgotten]);
      expect(await store.journal.read(sessionId, 1, { maxEvents: 9, maxBytes: 9 })).toHaveLength(1);
    });

    it('a close waits for it, writes what waited, and ends it', async () => {
      store = await medium.open({ logger, checkpointer: slow });
      await write(round);
      const waiting = write('waits');
      const closing = store.close();
      await settled();
      expect(closed).toBe(0);
      finish({ kind: 'failed', message: 'no room', errcode: 13 });
      await Promise.all([waiting, closing]);
      expect(closed).toBe(1);
      store = await medium.open();
      expect((await store.journal.range(sessionId)).lastSeq).toBe(2);
    });

    it('a close in the midst of several transactions waits for one that falls due between them', async () => {
      store = await medium.open({ logger, checkpointer: slow });
      const waiting = [write(round), write(round), write(round)];
      const closing = store.close();
      for (let count = 1; count <= 3; count += 1) {
        await expect.poll(() => started).toBe(count);
        finish({ kind: 'done', hasRestarted: true });
      }
      await Promise.all([...waiting, closing]);
      store = await medium.open();
      expect((await store.journal.range(sessionId)).lastSeq).toBe(3);
    });

    it('what is swept of an erased session counts, too', async () => {
      const openLog = (path: string) => ({ ...openLogFile(path), holds: () => true });
      isQuick = true;
      store = await medium.open({ checkpointer: slow, openLog });
      await write('small');
      await store.journal.commit({ erase: [sessionId], isAcknowledged: true });
      await expect.poll(() => started).toBeGreaterThan(2);
    });

    it('one that fails is told once and tried again a round later; nothing is lost by it', async () => {
      store = await medium.open({ logger, checkpointer: slow });
      for (let count = 1; count <= 3; count += 1) {
        await write(round);
        expect(started).toBe(count);
        finish({ kind: 'failed', message: 'disk is full', errcode: 13 });
        await settled();
        await write('small');
        expect(started).toBe(count);
      }
      expect(warnings).toEqual([expect.stringContaining('disk is full')]);
      expect(store.journal.fault()).toBeUndefined();
    });

    it('one that cannot even begin is told, and writers go on', async () => {
      const checkpointer: Checkpointer = {
        ...slow,
        checkpoint: () => Promise.reject(new Error('no more threads')),
      };
      store = await medium.open({ logger, checkpointer });
      await write(round);
      await write('small');
      expect(warnings).toEqual([expect.stringContaining('no more threads')]);
    });

    it('one that could not sync is as bad as a sync that failed', async () => {
      store = await medium.open({ logger, checkpointer: slow });
      await write(round);
      const waiting = write('waits');
      finish({ kind: 'failed', message: 'disk I/O error', errcode: 1034 });
      await expect(waiting).rejects.toMatchObject({ code: 'journal_unavailable' });
      expect(store.journal.fault()).toContain('disk I/O error');
    });
  });

  it('is moved by a thread that says what went wrong, starts anew after it died, and ends when it is told', async () => {
    store = await medium.open();
    const nowhere = checkpointThread(`${medium.directory}/none/journal.db`);
    expect(await nowhere.checkpoint()).toMatchObject({ kind: 'failed', message: expect.any(String) });
    expect(await nowhere.checkpoint()).toMatchObject({ kind: 'failed' });
    await nowhere.close();
    const thread = checkpointThread(medium.path);
    expect(await thread.checkpoint()).toEqual({ kind: 'done', hasRestarted: true });
    expect(await thread.checkpoint()).toEqual({ kind: 'done', hasRestarted: true });
    await thread.close();
    await thread.close();
    expect(await thread.checkpoint()).toMatchObject({ kind: 'failed' });
    await store.journal.commit({ keys: [sampleKey()], isAcknowledged: true });
  });
});
