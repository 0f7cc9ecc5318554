import { readFile, writeFile } from 'node:fs/promises';
import type { Envelope, SessionId } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import type { Bridge } from '../bridge.ts';
import { createBridge } from '../create-bridge.ts';
import { journalFileIn } from '../journal/sqlite/journal-file.ts';
import { createOn, demoBridge, makeHome, optionsOf, readerOf, send } from '../testing/demo-bridge.ts';

/** A session of which the agent said these things, and a bridge that comes to it after `damage` of its file. */
async function spoken(script: readonly string[], damage = (content: Buffer) => content) {
  const home = makeHome();
  const first = await createBridge(optionsOf(home));
  const sessionId = await createOn(first);
  const promptId = await send(first, sessionId, ...script);
  const { events } = await (async () => {
    const reading = await readerOf(first, sessionId);
    await reading.untilType('turn_complete', promptId);
    return reading;
  })();
  await first.close({ drainTimeoutMs: 0 });
  const file = journalFileIn(home.stateDir);
  await writeFile(file, damage(await readFile(file)));
  return { bridge: await demoBridge(home), sessionId, ids: events.flatMap(({ id = 0 }) => id) };
}

/** The ids that a page tells of: those in a gap, too. */
const idsOf = (events: readonly Envelope[] = []): readonly number[] =>
  events.flatMap(({ id = 0, type, data }) => {
    if (type !== 'journal_gap') return id;
    const { fromId, toId } = data as { fromId: number; toId: number };
    return Array.from({ length: toId - fromId + 1 }, (_, place) => fromId + place);
  });

interface Page {
  readonly events: readonly Envelope[];
  readonly next: string | undefined;
}
type ReadPage = (
  bridge: Bridge,
  sessionId: SessionId,
  cursor: string | undefined,
  limit: number,
) => Promise<Page>;

const readings: readonly [string, 'forward' | 'backward', ReadPage][] = [
  [
    'messages as recorded',
    'forward',
    async (bridge, sessionId, after = '0', limit) => {
      const { events = [], nextCursor } = await bridge.readMessages(sessionId, { view: 'raw', after, limit });
      return { events, next: nextCursor };
    },
  ],
  [
    'messages as recorded',
    'backward',
    async (bridge, sessionId, before, limit) => {
      const { events = [], previousCursor } = await bridge.readMessages(sessionId, {
        view: 'raw',
        before,
        limit,
      });
      return { events, next: previousCursor };
    },
  ],
  ...(['forward', 'backward'] as const).map((direction): [string, typeof direction, ReadPage] => [
    'the transcript',
    direction,
    async (bridge, sessionId, cursor, limit) => {
      const { events, nextCursor } = await bridge.getTranscript(sessionId, {
        cursor,
        direction,
        limit: String(limit),
      });
      return { events, next: nextCursor };
    },
  ]),
];

async function allIds(
  [, direction, read]: (typeof readings)[number],
  bridge: Bridge,
  sessionId: SessionId,
  limit: number,
) {
  const pages: (readonly number[])[] = [];
  let cursor: string | undefined;
  do {
    const page: Page = await read(bridge, sessionId, cursor, limit);
    pages.push(idsOf(page.events));
    cursor = page.next;
  } while (cursor !== undefined);
  return (direction === 'forward' ? pages : pages.toReversed()).flat();
}

describe.each(readings)('%s, read %s by page', (...reading) => {
  it('have every event once, also where they are long', async () => {
    const { bridge, sessionId, ids } = await spoken(['/burst count=60 bytes=100000']);
    expect(ids.length).toBeGreaterThan(60);
    for (const limit of [7, 1_000]) expect(await allIds(reading, bridge, sessionId, limit)).toEqual(ids);
  });

  it('tell of every damaged one once', async () => {
    const { bridge, sessionId, ids } = await spoken(['/burst count=30 bytes=50'], (content) => {
      for (const id of [9, 10, 11, 12, 20])
        for (
          let at = content.indexOf(`{"id":${id},"v":1`);
          at >= 0;
          at = content.indexOf(`{"id":${id},"v":1`, at + 1)
        )
          content.writeUInt8(content.readUInt8(at + 2) ^ 0x01, at + 2);
      return content;
    });
    for (const limit of [1, 2, 3, 5, 1_000])
      expect(await allIds(reading, bridge, sessionId, limit)).toEqual(ids);
  });
});
