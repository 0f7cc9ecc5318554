import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SessionRow } from '../../ports/session-index.ts';
import { systemClock } from '../../runtime/system-clock.ts';
import { sampleRow } from '../../testing/journal-samples.ts';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';
import type { JournalStore } from '../store.ts';

let medium: SqliteMedium;
let store: JournalStore;
let pieces: (() => void)[];
beforeEach(async () => {
  medium = await sqliteMedium();
  pieces = [];
  const clock = { ...systemClock, nextTick: (task: () => void) => void pieces.push(task) };
  const written = await medium.open();
  await written.journal.commit({ rows: many, isAcknowledged: true });
  await written.close();
  store = await medium.open({ clock });
});
afterEach(async () => {
  await goOn();
  const closing = store.close();
  await goOn();
  await closing;
  await medium.dispose();
});

/** The oldest is the only one called so. */
const rare = sampleRow({ activityAt: 1, displayName: 'needle' });
const many: readonly SessionRow[] = [
  rare,
  ...Array.from({ length: 1_700 }, (_, place) => sampleRow({ activityAt: place + 10 })),
];
const query = { limit: 5, titlePart: 'needle', isArchived: false } as const;

/** Lets whatever waits for its turn have it, until nothing does. */
async function goOn(): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    for (const task of pieces.splice(0)) task();
  }
}

it('looks for rare matches in pieces, between which others have their turn', async () => {
  // What the start had to do.
  await goOn();
  const listing = store.index.list(query);
  await Promise.resolve();
  expect(pieces).toHaveLength(1);
  let turns = 0;
  while (pieces.length > 0) {
    turns += 1;
    for (const task of pieces.splice(0)) task();
    await new Promise((resolve) => setImmediate(resolve));
  }
  // 1,701 rows: 20 at once, then 500 in a piece.
  expect(turns).toBe(4);
  expect((await listing).rows.map(({ sessionId }) => sessionId)).toEqual([rare.sessionId]);
});

it('tells after its number of a session that moved out of the way of a page meanwhile', async () => {
  const listing = store.index.list(query);
  const moved = { ...rare, activityAt: 5_000 };
  const commit = store.journal.commit({ rows: [moved], isAcknowledged: true });
  await goOn();
  await commit;
  const { rows, indexSeq, nextCursor } = await listing;
  expect([rows, nextCursor]).toEqual([[], undefined]);
  const changes = await store.index.changes(indexSeq, 10);
  expect(changes.map(({ sessionId, row }) => [sessionId, row?.activityAt])).toEqual([
    [rare.sessionId, 5_000],
  ]);
});
