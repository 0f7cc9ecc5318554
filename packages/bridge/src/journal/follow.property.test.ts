import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Journal, JournalEvent } from '../ports/journal.ts';
import { randomIds } from '../runtime/random-ids.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { freshSession, sampleAppend, sampleEvents } from '../testing/journal-samples.ts';
import { follow } from './follow.ts';
import { openMemoryStore } from './memory/open-memory-store.ts';

/** The journal with some of its calls replaced. */
function withCalls(journal: Journal, calls: Partial<Journal>): Journal {
  return {
    epoch: journal.epoch,
    commit: (commit) => journal.commit(commit),
    read: (sessionId, after, limit) => journal.read(sessionId, after, limit),
    readBack: (sessionId, before, limit) => journal.readBack(sessionId, before, limit),
    findPrompt: (promptId) => journal.findPrompt(promptId),
    history: (sessionId) => journal.history(sessionId),
    range: (sessionId) => journal.range(sessionId),
    watch: (sessionId, onCommitted) => journal.watch(sessionId, onCommitted),
    findKey: (scope, key) => journal.findKey(scope, key),
    forgetKeys: (createdBefore) => journal.forgetKeys(createdBefore),
    pressure: () => journal.pressure(),
    close: () => journal.close(),
    ...calls,
  };
}

/** A journal whose answers come when the scheduler lets them; when it writes is the scheduler's as well. */
async function scheduledJournal(scheduler: fc.Scheduler): Promise<Journal> {
  const nextTick = (task: () => void) => void scheduler.schedule(Promise.resolve(), 'tick').then(task);
  const { journal } = await openMemoryStore({ clock: { ...systemClock, nextTick }, ids: randomIds });
  return withCalls(journal, {
    read: (sessionId, after, limit) =>
      scheduler
        .schedule(Promise.resolve(), 'read begins')
        .then(() => journal.read(sessionId, after, limit))
        .then((events) => scheduler.schedule(Promise.resolve(events), 'read ends')),
  });
}

it('a follower sees the contiguous list, however commits and reads interleave', async () => {
  const batches = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      batches,
      fc.integer({ min: 1, max: 5 }),
      fc.nat(20),
      async (scheduler, sizes, maxEvents, after) => {
        const journal = await scheduledJournal(scheduler);
        const sessionId = freshSession();
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const stop = new AbortController();
        const seen: JournalEvent[] = [];
        const following = (async () => {
          if (after >= total) return;
          const limit = { maxEvents, maxBytes: 1_000_000 };
          for await (const events of follow(journal, sessionId, { after, signal: stop.signal, limit })) {
            expect(events.length).toBeLessThanOrEqual(maxEvents);
            seen.push(...events);
            if (events.at(-1)?.seq === total) return;
          }
        })();
        const writing = (async () => {
          let seq = 0;
          for (const size of sizes) {
            const append = sampleAppend(sessionId, seq, sampleEvents(seq + 1, seq + size));
            await journal.commit({ appends: [append], isAcknowledged: true });
            seq += size;
          }
        })();
        await scheduler.waitFor(Promise.all([following, writing]));
        expect(seen).toEqual(sampleEvents(after + 1, total));
        await journal.close();
      },
    ),
    { numRuns: 100 },
  );
});

it('a follower that waits at the tail ends when its signal aborts, and stops watching', async () => {
  const store = await openMemoryStore({ clock: systemClock, ids: randomIds });
  let watching = 0;
  const journal = withCalls(store.journal, {
    watch(sessionId, onCommitted) {
      watching += 1;
      const stop = store.journal.watch(sessionId, onCommitted);
      return () => {
        watching -= 1;
        stop();
      };
    },
  });
  const stop = new AbortController();
  const iteration = follow(journal, freshSession(), { after: 0, signal: stop.signal });
  const next = iteration.next();
  await expect.poll(() => watching).toBe(1);
  stop.abort();
  expect(await next).toEqual({ done: true, value: undefined });
  expect(watching).toBe(0);
  expect(await follow(journal, freshSession(), { after: 0, signal: stop.signal }).next()).toMatchObject({
    done: true,
  });
  await store.close();
});
