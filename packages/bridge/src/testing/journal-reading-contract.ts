import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalStore } from '../journal/store.ts';
import type { JournalEntry, JournalEvent } from '../ports/journal.ts';
import {
  collect,
  freshSession,
  type Medium,
  sampleAppend,
  sampleEvent,
  sampleFact,
} from './journal-samples.ts';

const acknowledged = { isAcknowledged: true } as const;

/** How every journal is read in pages and as a history. Each adapter runs it. */
export function journalReadingContract(name: string, openMedium: () => Promise<Medium>): void {
  describe(`${name} is read`, () => {
    let medium: Medium;
    let store: JournalStore;
    beforeEach(async () => {
      medium = await openMedium();
      store = await medium.open();
    });
    afterEach(async () => {
      await store.close();
      await medium.dispose();
    });

    it('in pages that concatenate to the whole, whatever the limits', async () => {
      const sessionId = freshSession();
      const events = Array.from({ length: 400 }, (_, place) =>
        sampleEvent(place + 1, 'ü'.repeat(place % 7 === 0 ? 9_000 : place)),
      );
      await store.journal.commit({ appends: [sampleAppend(sessionId, 0, events)], ...acknowledged });
      const limits = fc.record({ maxEvents: fc.integer({ min: 1, max: 300 }), maxBytes: fc.nat(60_000) });
      await fc.assert(
        fc.asyncProperty(limits, fc.nat(400), async (limit, after) => {
          const pages: (readonly JournalEvent[])[] = [];
          for (let cursor = after; ; cursor = pages.at(-1)?.at(-1)?.seq ?? cursor) {
            const page = await store.journal.read(sessionId, cursor, limit);
            if (page.length === 0) break;
            const sizeBytes = page.reduce((sum, event) => sum + Buffer.byteLength(event.json), 0);
            expect(page.length).toBeLessThanOrEqual(limit.maxEvents);
            expect(page.length === 1 || sizeBytes <= limit.maxBytes).toBe(true);
            pages.push(page);
          }
          expect(pages.flat()).toEqual(events.slice(after));
        }),
        { numRuns: 25 },
      );
    });

    it('backwards in pages that concatenate to the whole, whatever the limits', async () => {
      const sessionId = freshSession();
      const events = Array.from({ length: 400 }, (_, place) =>
        sampleEvent(place + 1, 'ü'.repeat(place % 7 === 0 ? 9_000 : place)),
      );
      await store.journal.commit({ appends: [sampleAppend(sessionId, 0, events)], ...acknowledged });
      const limits = fc.record({ maxEvents: fc.integer({ min: 1, max: 300 }), maxBytes: fc.nat(60_000) });
      await fc.assert(
        fc.asyncProperty(limits, fc.integer({ min: 1, max: 500 }), async (limit, before) => {
          const pages: (readonly JournalEvent[])[] = [];
          for (let cursor = before; ; cursor = pages[0]?.[0]?.seq ?? cursor) {
            const page = await store.journal.readBack(sessionId, cursor, limit);
            if (page.length === 0) break;
            const sizeBytes = page.reduce((sum, event) => sum + Buffer.byteLength(event.json), 0);
            expect(page.length).toBeLessThanOrEqual(limit.maxEvents);
            expect(page.length === 1 || sizeBytes <= limit.maxBytes).toBe(true);
            pages.unshift(page);
          }
          expect(pages.flat()).toEqual(events.slice(0, before - 1));
        }),
        { numRuns: 25 },
      );
      expect(await store.journal.readBack(freshSession(), 9, { maxEvents: 5, maxBytes: 100 })).toEqual([]);
    });

    it('for the size of what it holds, facts included', async () => {
      const sessionId = freshSession();
      const entries = [sampleEvent(1, 'ü'), sampleFact('one'), sampleEvent(2)];
      await store.journal.commit({ appends: [sampleAppend(sessionId, 0, entries)], ...acknowledged });
      const size = entries.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0);
      expect(await store.journal.sizeOf(sessionId)).toBe(size);
      expect(await store.journal.sizeOf(freshSession())).toBe(0);
    });

    it('as a history in the order it was appended, facts among events', async () => {
      const entry = fc.oneof(fc.constant('event' as const), fc.constant('fact' as const));
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(entry, { maxLength: 6 }), { maxLength: 12 }), async (batches) => {
          const sessionId = freshSession();
          const written: JournalEntry[] = [];
          let seq = 0;
          for (const batch of batches) {
            const expectedSeq = seq;
            const entries = batch.map((kind, place) => {
              if (kind === 'fact') return sampleFact(`${expectedSeq}/${place}`);
              seq += 1;
              return sampleEvent(seq);
            });
            written.push(...entries);
            await store.journal.commit({
              appends: [sampleAppend(sessionId, expectedSeq, entries)],
              ...acknowledged,
            });
          }
          expect(await collect(store.journal.history(sessionId))).toEqual(written);
        }),
        { numRuns: 25 },
      );
    });

    it('as a history of many pages, in order', async () => {
      const sessionId = freshSession();
      const written = Array.from({ length: 1_300 }, (_, place) => [
        sampleEvent(place + 1),
        sampleFact(`${place}`),
      ]);
      await store.journal.commit({ appends: [sampleAppend(sessionId, 0, written.flat())], ...acknowledged });
      expect(await collect(store.journal.history(sessionId))).toEqual(written.flat());
    });
  });
}
