import type { ServerResponse } from 'node:http';
import { encodeComment, encodeEvent } from '@holdfast/protocol/view';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closedAt, collect, event, saying } from '../../test/events.ts';
import { cut, sendStreamHead, startScriptedDaemon } from '../../test/scripted-daemon.ts';
import { testRuntime } from '../../test/test-runtime.ts';
import { HoldfastClient } from '../client.ts';

/** How one connection goes wrong: after so many bytes, sent in pieces, having repeated some events. */
const mishap = fc.record({
  bytes: fc.nat(1500),
  pieceBytes: fc.integer({ min: 1, max: 400 }),
  repeats: fc.nat(3),
  ending: fc.constantFrom('cut', 'end', 'refuse'),
});
type Mishap = typeof mishap extends fc.Arbitrary<infer T> ? T : never;

const journalOf = (texts: readonly string[], gaps: readonly number[]) => {
  let id = 0;
  const next = (index: number) => (id += gaps[index % gaps.length] ?? 1);
  const events = texts.map((text, index) => saying(next(index), text));
  return [...events, closedAt(next(0))];
};

async function misbehave(response: ServerResponse, bytes: Buffer, { pieceBytes, ending }: Mishap) {
  for (let from = 0; from < bytes.length; from += pieceBytes)
    await new Promise((resolve) => response.write(bytes.subarray(from, from + pieceBytes), resolve));
  if (ending === 'cut') cut(response);
  else response.end();
}

test('whatever becomes of its connections, a reader gets each event of the journal once and in order', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 25 }),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
    fc.array(mishap, { maxLength: 8 }),
    async (texts, gaps, mishaps) => {
      const journal = journalOf(texts, gaps);
      await using daemon = await startScriptedDaemon((request, response, index) => {
        const fate = mishaps[index];
        if (fate?.ending === 'refuse') return response.writeHead(503).end();
        const cursor = Number(request.headers['last-event-id'] ?? Number.MAX_SAFE_INTEGER);
        const first = journal.findIndex(({ id = 0 }) => id > cursor);
        const due = first < 0 ? [] : journal.slice(Math.max(0, first - (fate?.repeats ?? 0)));
        const frames = due.map((each) => encodeEvent(each) + encodeComment());
        const bytes = Buffer.from(
          [...frames.slice(0, 2), encodeEvent(event(undefined, 'replay_complete')), ...frames.slice(2)].join(
            '',
          ),
        );
        sendStreamHead(response);
        if (fate === undefined) response.end(bytes);
        else misbehave(response, bytes.subarray(0, fate.bytes), fate);
      });
      const client = new HoldfastClient({ baseUrl: daemon.baseUrl, runtime: testRuntime() });
      const seen = await collect(client.session('s').events({ after: 0 }));
      expect(seen.filter(({ id }) => id !== undefined)).toEqual(journal);
      const cursors = daemon.received.map(({ headers }) => Number(headers['last-event-id']));
      expect(cursors).toEqual(cursors.toSorted((a, b) => a - b));
      expect(daemon.received.length).toBeLessThanOrEqual(mishaps.length + 1);
    },
  );
  await fc.assert(property, { numRuns: 100 });
});
