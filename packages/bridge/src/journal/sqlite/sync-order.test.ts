import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Commit } from '../../ports/journal.ts';
import { settled } from '../../testing/fake-clock.ts';
import { type HeldLog, heldLog } from '../../testing/held-log.ts';
import {
  freshSession,
  sampleAppend,
  sampleEvent,
  sampleEvents,
  sampleKey,
  sampleRow,
} from '../../testing/journal-samples.ts';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';
import type { JournalStore } from '../store.ts';
import type { Checkpointer } from './checkpoint-thread.ts';
import type { JournalSync } from './sync-policy.ts';

const wide = { maxEvents: 10_000, maxBytes: 100_000_000 };
const [one, other] = [freshSession(), freshSession()];

describe('on a disk that is slow to sync, the SQLite journal', () => {
  let medium: SqliteMedium;
  let store: JournalStore;
  let log: HeldLog;
  /** What watchers heard and which commits resolved or were lost, in order. */
  let told: string[];
  const lastSeqs = new Map<string, number>();
  beforeEach(async () => {
    medium = await sqliteMedium();
    told = [];
  });
  afterEach(async () => {
    log.letGo();
    await store.close();
    await medium.dispose();
  });

  async function open(sync: JournalSync = 'acks') {
    log = heldLog();
    lastSeqs.clear();
    store = await medium.open({ sync, openLog: log.open });
    for (const [name, sessionId] of Object.entries({ one, other })) {
      store.journal.watch(sessionId, (events) => void told.push(`${name} shows ${events.at(-1)?.seq}`));
    }
  }
  function commit(sessionId: typeof one, isAcknowledged: boolean, more: Partial<Commit> = {}) {
    const seq = (lastSeqs.get(sessionId) ?? 0) + 1;
    lastSeqs.set(sessionId, seq);
    const append = sampleAppend(sessionId, seq - 1, [sampleEvent(seq)]);
    const name = sessionId === one ? 'one' : 'other';
    const written = store.journal.commit({ appends: [append], isAcknowledged, ...more });
    written.then(
      () => void told.push(`${name} has ${seq}`),
      (error) => void told.push(`${name} lost ${seq}: ${error.code}`),
    );
  }
  const shown = async (sessionId: typeof one) =>
    (await store.journal.read(sessionId, 0, wide)).map(({ seq }) => seq);

  it('answers, publishes and shows nothing acknowledged before its sync, and the event loop goes on meanwhile', async () => {
    await open();
    commit(one, true);
    await settled();
    expect(log.pending).toBe(1);
    expect(told).toEqual([]);
    expect(await shown(one)).toEqual([]);
    expect(await store.journal.readBack(one, 9, wide)).toEqual([]);
    // Other work: a stream of another session, which no acknowledgement rides on.
    for (const seq of [1, 2, 3]) {
      commit(other, false);
      await settled();
      expect(await shown(other)).toHaveLength(seq);
    }
    expect(told).toEqual([1, 2, 3].flatMap((seq) => [`other shows ${seq}`, `other has ${seq}`]));
    expect(log.pending).toBe(1);
    told.length = 0;
    log.end();
    await settled();
    expect(told).toEqual(['one shows 1', 'one has 1']);
    expect(await shown(one)).toEqual([1]);
  });

  it('lets everything written during one sync share the next', async () => {
    await open();
    for (let round = 0; round < 5; round += 1) {
      commit(one, true);
      commit(other, true);
      await settled();
    }
    expect(log.asked).toBe(1);
    log.end();
    await settled();
    expect(told).toEqual(['one shows 1', 'other shows 1', 'one has 1', 'other has 1']);
    expect(log.asked).toBe(2);
    log.end();
    await settled();
    expect([await shown(one), await shown(other)]).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ]);
    expect(log.asked).toBe(2);
  });

  it('never overtakes within a session, whatever of it needs a sync', async () => {
    await open();
    commit(one, true);
    await settled();
    commit(one, false);
    await settled();
    commit(one, true);
    await settled();
    commit(one, false);
    await settled();
    expect(told).toEqual([]);
    log.end();
    await settled();
    expect(told).toEqual(['one shows 1', 'one shows 2', 'one has 1', 'one has 2']);
    expect(await shown(one)).toEqual([1, 2]);
    log.end();
    await settled();
    expect(told.slice(4)).toEqual(['one shows 3', 'one shows 4', 'one has 3', 'one has 4']);
  });

  it('holds a session back that shares a commit with one that waits', async () => {
    await open();
    commit(one, true, {
      appends: [sampleAppend(one, 0, [sampleEvent(1)]), sampleAppend(other, 0, [sampleEvent(1)])],
    });
    lastSeqs.set(other, 1);
    await settled();
    commit(other, false);
    await settled();
    expect([told, await shown(other)]).toEqual([[], []]);
    log.end();
    await settled();
    expect(told).toEqual(['one shows 1', 'other shows 1', 'other shows 2', 'one has 1', 'other has 2']);
  });

  it.each([
    ['full', false, 1],
    ['full', true, 1],
    ['acks', false, 0],
    ['acks', true, 1],
    ['normal', false, 0],
    ['normal', true, 0],
  ] as const)('under %s, acknowledged: %s, waits for %i syncs', async (sync, isAcknowledged, syncs) => {
    await open(sync);
    commit(one, isAcknowledged);
    await settled();
    expect(log.asked).toBe(syncs);
    expect(told).toEqual(syncs === 0 ? ['one shows 1', 'one has 1'] : []);
  });

  it('gives a stored answer again only once it is durable', async () => {
    await open();
    const key = sampleKey({ sessionId: one });
    commit(one, true, { keys: [key] });
    await settled();
    let found: unknown;
    const asked = store.journal.findKey(key.scope, key.key).then((record) => {
      found = record;
    });
    await settled();
    expect(found).toBeUndefined();
    log.end();
    await asked;
    expect(found).toEqual(key);
  });

  it('tells those who follow the index of a row once it is durable, and of nothing that was written after it', async () => {
    await open();
    const heard: (readonly [number, string])[] = [];
    let known = 0;
    store.index.watch(async () => {
      const changes = await store.index.changes(known, 100);
      for (const { indexSeq, sessionId } of changes)
        heard.push([indexSeq, sessionId === one ? 'one' : 'other']);
      known = changes.at(-1)?.indexSeq ?? known;
    });
    const row = (sessionId: typeof one) => ({ rows: [sampleRow({ sessionId })] });
    commit(one, true, row(one));
    await settled();
    commit(other, false, row(other));
    await settled();
    expect(told).toEqual(['other shows 1', 'other has 1']);
    expect([heard, store.index.range().lastSeq]).toEqual([[], 0]);
    commit(one, true);
    log.end();
    await settled();
    expect(heard).toEqual([
      [1, 'one'],
      [2, 'other'],
    ]);
    commit(one, true, row(one));
    await settled();
    expect(store.index.range().lastSeq).toBe(2);
    log.end();
    await settled();
    log.end();
    await settled();
    expect([heard.slice(2), store.index.range().lastSeq]).toEqual([[[3, 'one']], 3]);
  });

  it('closes when everything is synced, and not before', async () => {
    await open();
    commit(one, true);
    await settled();
    commit(one, true);
    let isClosed = false;
    const closed = store.close().then(() => {
      isClosed = true;
    });
    await settled();
    expect([isClosed, log.pending]).toEqual([false, 1]);
    log.end();
    await settled();
    expect([isClosed, log.pending]).toEqual([false, 1]);
    log.end();
    await closed;
    expect(told.filter((line) => line.startsWith('one has'))).toEqual(['one has 1', 'one has 2']);
  });

  describe('when a sync fails', () => {
    const failed = 'journal_unavailable';
    async function fail() {
      await open();
      commit(other, false);
      commit(one, true, { keys: [sampleKey({ sessionId: one })] });
      await settled();
      commit(one, false);
      commit(other, true);
      await settled();
      told.length = 0;
      log.end(new Error('EIO: i/o error, fdatasync'));
      await settled();
    }

    it('loses all that waits for it or behind it, shows none of that, and says why it refuses all later writes', async () => {
      await fail();
      expect(told).toEqual([`one lost 1: ${failed}`, `one lost 2: ${failed}`, `other lost 2: ${failed}`]);
      expect(store.journal.fault()).toContain('EIO');
      expect([await shown(one), await shown(other)]).toEqual([[], [1]]);
      const key = sampleKey();
      await expect(store.journal.findKey(key.scope, key.key)).rejects.toMatchObject({ code: failed });
      commit(freshSession(), false);
      await settled();
      expect(told.at(-1)).toBe(`other lost 1: ${failed}`);
      expect(log.asked).toBe(1);
    });

    it('writes nothing more at all: no key is forgotten, nothing is swept, and no log goes into the database', async () => {
      let checkpoints = 0;
      const counting: Checkpointer = {
        async checkpoint() {
          checkpoints += 1;
          return { kind: 'done', hasRestarted: false };
        },
        close: async () => {},
      };
      log = heldLog();
      let isLong = false;
      const openLog = (path: string) => ({ ...log.open(path), holds: () => isLong });
      store = await medium.open({ openLog, checkpointer: counting });
      await store.journal.commit({
        appends: [sampleAppend(other, 0, sampleEvents(1, 2_000))],
        isAcknowledged: false,
      });
      await store.journal.commit({ erase: [other], isAcknowledged: false });
      const lost = store.journal.commit({ keys: [sampleKey()], isAcknowledged: true });
      await settled();
      isLong = true;
      log.end(new Error('EIO'));
      await expect(lost).rejects.toMatchObject({ code: failed });
      const before = await readFile(`${medium.path}-wal`);
      await expect(store.journal.forgetKeys(Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({ code: failed });
      await expect(store.journal.commit({ erase: [one], isAcknowledged: false })).rejects.toThrow();
      await settled();
      expect((await readFile(`${medium.path}-wal`)).equals(before)).toBe(true);
      expect(checkpoints).toBe(0);
    });

    it('leaves its log to the next start, which checks it, moves it into the database and skips ids', async () => {
      await fail();
      const before = await stat(medium.path);
      await store.close();
      expect((await stat(medium.path)).mtimeMs).toBe(before.mtimeMs);
      expect(existsSync(`${medium.path}-wal`)).toBe(true);
      store = await medium.open();
      expect(store.journal.fault()).toBeUndefined();
      expect((await stat(medium.path)).mtimeMs).not.toBe(before.mtimeMs);
      // Nothing was really lost here, so all of it is there; what was told to have failed may have happened.
      expect(await shown(one)).toEqual([1, 2]);
      expect(await store.journal.range(other)).toMatchObject({ lastSeq: 2, nextSeq: 1_000_003 });
      await store.journal.commit({
        appends: [sampleAppend(other, 2, [sampleEvent(1_000_003)])],
        isAcknowledged: true,
      });
      await store.close();
      store = await medium.open();
      expect((await store.journal.range(other)).nextSeq).toBe(1_000_004);
      await store.journal.commit({
        appends: [sampleAppend(freshSession(), 0, sampleEvents(1, 2))],
        isAcknowledged: true,
      });
    });
  });
});
