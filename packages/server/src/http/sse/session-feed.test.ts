import { systemClock } from '@holdfast/bridge';
import { SseDecoder } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { FakeLog } from '../../testing/fake-log.ts';
import type { FrameSink } from './frame-sink.ts';
import { SessionFeed } from './session-feed.ts';
import { StreamReader } from './stream-reader.ts';

const half = 'x'.repeat(512 * 1024);

/** A socket that takes bytes until its client stops reading. */
class Sink implements FrameSink {
  readonly #decoder = new SseDecoder();
  readonly told: string[] = [];
  isBlocked = false;

  write({ payload }: { readonly payload: Buffer }): boolean {
    for (const { data } of this.#decoder.push(payload)) {
      const { id, type, data: said } = JSON.parse(data);
      this.told.push(id === undefined ? `${type} ${JSON.stringify(said)}` : String(id));
    }
    return !this.isBlocked;
  }

  end(): void {}
}

function openReader(feed: SessionFeed, log: FakeLog, after?: number) {
  const sink = new Sink();
  const reader = new StreamReader(feed, sink, {
    subscription: log.subscribe(after),
    clock: systemClock,
    maxLag: 1_000,
    snapshot: undefined,
    onFault: (thrown) => expect.unreachable(String(thrown)),
  });
  feed.add(reader);
  reader.start();
  return { sink, reader };
}

async function liveReader(feed: SessionFeed, log: FakeLog) {
  const opened = openReader(feed, log);
  await expect.poll(() => opened.reader.isLive).toBe(true);
  return opened;
}

test('bytes are kept for a client a little behind, and no longer once it is out of their reach', async () => {
  const log = new FakeLog();
  const feed = new SessionFeed({ clock: systemClock, heartbeatMs: 60_000 });
  const fast = await liveReader(feed, log);
  const stalled = await liveReader(feed, log);
  log.commit('live');
  expect(feed.chunkAfter(0)).toBeUndefined();

  stalled.sink.isBlocked = true;
  log.commit('the one that does not fit any more');
  log.commit('a little later');
  expect(feed.chunkAfter(2)).toMatchObject({ last: 3 });

  for (let count = 0; count < 6; count += 1) log.commit(half);
  const last = log.lastSeq;
  log.commit('long after');
  expect(feed.flushed).toBe(last + 1);
  expect(feed.chunkAfter(last)).toBeUndefined();
  for (const { reader } of [fast, stalled]) feed.remove(reader);
});

test('a client whose cursor retention passes while it reads is told, goes on with what is there, and misses nothing more', async () => {
  const log = new FakeLog();
  const feed = new SessionFeed({ clock: systemClock, heartbeatMs: 60_000 });
  const held: (() => void)[] = [];
  log.aroundRead = () => new Promise((resolve) => held.push(resolve));
  const letReadsGo = () => {
    log.aroundRead = async () => {};
    for (const resolve of held) resolve();
  };
  for (let count = 0; count < 9; count += 1) log.commit('event');
  const replaying = openReader(feed, log, 2);
  log.earliestSeq = 6;
  letReadsGo();
  const resync = (lastDeliveredId: number, earliestAvailableId: number) =>
    `state_resync_required ${JSON.stringify({ reason: 'history_trimmed', lastDeliveredId, earliestAvailableId })}`;
  const { sink, reader } = replaying;
  const replayed = 'replay_complete {"replayedCount":4,"lastEventId":9}';
  await expect.poll(() => sink.told).toEqual([resync(2, 6), '6', '7', '8', '9', replayed]);
  await expect.poll(() => reader.isLive).toBe(true);

  sink.told.length = 0;
  sink.isBlocked = true;
  // The first is taken, and the last that fits.
  for (let count = 0; count < 4; count += 1) log.commit(half);
  log.commit('the last');
  log.earliestSeq = log.lastSeq;
  sink.isBlocked = false;
  reader.drained();
  await expect.poll(() => sink.told.at(-1)).toBe(String(log.lastSeq));
  expect(sink.told).toEqual(['10', resync(10, 14), '14']);
  feed.remove(reader);
});
