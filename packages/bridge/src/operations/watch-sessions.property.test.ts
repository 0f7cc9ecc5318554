import { fc, test } from '@fast-check/vitest';
import type { SessionId } from '@holdfast/protocol';
import { describe, expect } from 'vitest';
import type { ListSessionsRequest } from '../api/list-request.ts';
import type { Bridge } from '../bridge.ts';
import { freshSession, sampleRow } from '../testing/journal-samples.ts';
import { testBridge } from '../testing/test-bridge.ts';

const ids = Array.from({ length: 8 }, freshSession);
/** Writes a session, with a mark of its own, or erases it. */
const write = fc.record({
  session: fc.constantFrom(...ids),
  isErased: fc.boolean(),
  activityAt: fc.integer({ min: 1, max: 20 }),
});
type Write = typeof write extends fc.Arbitrary<infer T> ? T : never;
/** What is written before each step of a reader. */
const writes = fc.array(fc.array(write, { maxLength: 4 }), { maxLength: 12 });

/** A session as far as it tells one write from another. */
type Seen = Map<string, number>;

async function written() {
  const { bridge, core } = await testBridge();
  let mark = 0;
  const truth: Seen = new Map();
  const commit = async (batch: readonly Write[]) => {
    for (const { session, isErased, activityAt } of batch) {
      mark += 1;
      const row = sampleRow({ sessionId: session, activityAt, clientCount: mark });
      await core.journal.commit(
        isErased ? { erase: [session], isAcknowledged: true } : { rows: [row], isAcknowledged: true },
      );
      if (isErased) truth.delete(session);
      else truth.set(session, mark);
    }
  };
  return { bridge, commit, truth };
}

/** Reads on to the end of what there is; fails on a change that is not after the one before. */
async function catchUp(bridge: Bridge, from: number, known: Seen, limit: number): Promise<number> {
  const reader = bridge.watchSessions({ after: from, epoch: bridge.epoch });
  expect(reader.reset).toBeUndefined();
  let cursor = from;
  for (let changes = await reader.read(cursor, limit); ; changes = await reader.read(cursor, limit)) {
    for (const { indexSeq, sessionId, patch } of changes) {
      expect(indexSeq).toBeGreaterThan(cursor);
      cursor = indexSeq;
      if (patch === undefined) known.delete(sessionId);
      else known.set(sessionId, patch.clientCount);
    }
    if (changes.length === 0) break;
  }
  reader.leave();
  return cursor;
}

const take = (known: Seen, rows: readonly { sessionId: SessionId | string; clientCount: number }[]) => {
  for (const { sessionId, clientCount } of rows) known.set(sessionId, clientCount);
};

describe('the session index under writes', () => {
  test.prop([writes, writes, fc.integer({ min: 1, max: 5 })], { numRuns: 150 })(
    'subscribing during writes has no gap and no repeat: snapshot and changes give what is there',
    async (before, after, limit) => {
      const { bridge, commit, truth } = await written();
      for (const batch of before) await commit(batch);
      const reader = bridge.watchSessions({});
      const [early = [], ...rest] = after;
      // Written after the reader is registered, before its snapshot is read.
      await commit(early);
      const known: Seen = new Map();
      const page = await reader.snapshot({ limit: 200 });
      take(known, page.sessions);
      expect(known).toEqual(truth);
      let cursor = page.indexSeq;
      for (const batch of rest) {
        await commit(batch);
        const changes = await reader.read(cursor, limit);
        // One that was made anew under its old id is told of as erased, too, each time it was.
        const rows = changes.filter(({ patch }) => patch !== undefined);
        expect(new Set(rows.map(({ sessionId }) => sessionId)).size).toBe(rows.length);
        for (const { indexSeq, sessionId, patch } of changes) {
          expect(indexSeq).toBeGreaterThan(cursor);
          cursor = indexSeq;
          if (patch === undefined) known.delete(sessionId);
          else known.set(sessionId, patch.clientCount);
        }
      }
      await catchUp(bridge, cursor, known, limit);
      expect(known).toEqual(truth);
      reader.leave();
    },
  );

  test.prop(
    [
      writes,
      writes,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom<ListSessionsRequest['sort']>('activity', 'created', 'title'),
    ],
    { numRuns: 150 },
  )(
    'pages read while sessions change, and the changes since the first page, give the whole list',
    async (before, between, limit, sort) => {
      const { bridge, commit, truth } = await written();
      for (const batch of before) await commit(batch);
      const untouched = new Set(truth.keys());
      const batches = between[Symbol.iterator]();
      const known: Seen = new Map();
      const seen: string[] = [];
      let cursor: string | undefined;
      let from: number | undefined;
      do {
        const page = await bridge.listSessions({ limit, sort, cursor });
        from ??= page.indexSeq;
        take(known, page.sessions);
        seen.push(...page.sessions.map(({ sessionId }) => sessionId));
        cursor = page.nextCursor;
        const batch = cursor === undefined ? [] : (batches.next().value ?? []);
        for (const { session } of batch) untouched.delete(session);
        await commit(batch);
      } while (cursor !== undefined);
      for (const sessionId of untouched) expect(seen.filter((id) => id === sessionId)).toHaveLength(1);
      await catchUp(bridge, from, known, limit);
      expect(known).toEqual(truth);
    },
  );
});
