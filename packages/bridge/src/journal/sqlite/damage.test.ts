import { copyFile, mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  collect,
  freshSession,
  sampleAppend,
  sampleEvent,
  sampleEvents,
  sampleFact,
  sampleKey,
  sampleRow,
} from '../../testing/journal-samples.ts';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';

const wide = { maxEvents: 10_000, maxBytes: 100_000_000 };
const sessionId = freshSession();

describe('a damaged SQLite journal', () => {
  let medium: SqliteMedium;
  beforeEach(async () => {
    medium = await sqliteMedium();
  });
  afterEach(() => medium.dispose());

  /** Changes one letter of the file for each text, within the text. */
  async function flipByteIn(...texts: readonly string[]) {
    const content = await readFile(medium.path);
    for (const text of texts) {
      const place = content.indexOf(text);
      expect(place, text).toBeGreaterThan(0);
      content.writeUInt8(content.readUInt8(place + 2) ^ 0x10, place + 2);
    }
    await writeFile(medium.path, content);
  }
  const gap = (fromId: number, toId: number) => ({
    kind: 'event',
    seq: toId,
    type: 'journal_gap',
    json: JSON.stringify({
      id: toId,
      v: 1,
      type: 'journal_gap',
      data: { sessionId, fromId, toId },
      _meta: { serverTimestamp: 0 },
    }),
  });
  const numbered = (seq: number) => sampleEvent(seq, `<<number ${seq}>>`);

  it('reads rows with a flipped byte as one gap, and the rows after it as they were', async () => {
    let store = await medium.open();
    const events = Array.from({ length: 9 }, (_, place) => numbered(place + 1));
    await store.journal.commit({ appends: [sampleAppend(sessionId, 0, events)], isAcknowledged: true });
    await store.close();
    await flipByteIn('<<number 2>>', '<<number 5>>', '<<number 6>>', '<<number 7>>', '<<number 9>>');
    store = await medium.open();
    const expected = [numbered(1), gap(2, 2), numbered(3), numbered(4), gap(5, 7), numbered(8), gap(9, 9)];
    expect(await store.journal.read(sessionId, 0, wide)).toEqual(expected);
    expect(await collect(store.journal.history(sessionId))).toEqual(expected);
    expect(await store.journal.read(sessionId, 1, { maxEvents: 2, maxBytes: 1_000 })).toEqual([
      gap(2, 2),
      numbered(3),
    ]);
    await store.journal.commit({
      appends: [sampleAppend(sessionId, 9, [numbered(10)])],
      isAcknowledged: true,
    });
    expect(await store.journal.read(sessionId, 9, wide)).toEqual([numbered(10)]);
    await store.close();
  });

  it('gives no damaged fact, snapshot or answer for a sound one', async () => {
    let store = await medium.open();
    const row = sampleRow({ sessionId, snapshot: '{"s":"<<snapshot>>"}', lastSeq: 2 });
    const key = sampleKey({ sessionId, answer: '{"s":"<<answer>>"}' });
    const entries = [numbered(1), sampleFact('<<fact>>'), numbered(2), sampleFact('sound')];
    const appends = [sampleAppend(sessionId, 0, entries)];
    await store.journal.commit({ appends, rows: [row], keys: [key], isAcknowledged: true });
    await store.close();
    await flipByteIn('<<fact>>', '<<snapshot>>', '<<answer>>');
    store = await medium.open();
    expect(await collect(store.journal.history(sessionId))).toEqual([
      numbered(1),
      { kind: 'fact', type: 'journal_gap', json: '{"afterId":1}' },
      numbered(2),
      sampleFact('sound'),
    ]);
    expect(await store.index.find(sessionId)).toEqual({ ...row, snapshot: '' });
    await expect(store.journal.findKey(key.scope, key.key)).rejects.toMatchObject({
      code: 'journal_unavailable',
    });
    await store.close();
  });

  it('opens with a write-ahead log that was cut off anywhere, and keeps a beginning without holes', async () => {
    const store = await medium.open({ bootId: 'boot' });
    for (let seq = 0; seq < 40; seq += 4) {
      const append = sampleAppend(sessionId, seq, sampleEvents(seq + 1, seq + 4));
      await store.journal.commit({ appends: [append], isAcknowledged: true });
    }
    const { size } = await stat(`${medium.path}-wal`);
    let copies = 0;
    const beginnings = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: size }), fc.boolean(), async (cutAt, hasGarbage) => {
        copies += 1;
        await mkdir(`${medium.directory}/${copies}`);
        const path = `${medium.directory}/${copies}/journal.db`;
        await copyFile(medium.path, path);
        await copyFile(`${medium.path}-wal`, `${path}-wal`);
        await truncate(`${path}-wal`, cutAt);
        if (hasGarbage) await writeFile(`${path}-wal`, 'torn'.repeat(2_000), { flag: 'a' });
        const torn = await medium.open({ path, bootId: 'boot' });
        const { lastSeq, nextSeq } = await torn.journal.range(sessionId);
        beginnings.add(lastSeq);
        expect(lastSeq % 4).toBe(0);
        expect(await torn.journal.read(sessionId, 0, wide)).toEqual(sampleEvents(1, lastSeq));
        const append = sampleAppend(sessionId, lastSeq, sampleEvents(nextSeq, nextSeq + 1));
        await torn.journal.commit({ appends: [append], isAcknowledged: true });
        await torn.close();
      }),
      {
        numRuns: 20,
        examples: [
          [size, true],
          [size - 1, false],
        ],
      },
    );
    expect(beginnings.size).toBeGreaterThan(2);
    await store.close();
  });
});
