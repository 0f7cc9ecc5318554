import { systemClock } from '@holdfast/bridge';
import { expect, test } from 'vitest';
import { FakeLog } from '../../testing/fake-log.ts';
import type { FrameSink } from './frame-sink.ts';
import { SessionFeed } from './session-feed.ts';
import { StreamReader } from './stream-reader.ts';

const half = 'x'.repeat(512 * 1024);

/** A socket that takes bytes until its client stops reading. */
class Sink implements FrameSink {
  isBlocked = false;
  writes = 0;

  write(): boolean {
    this.writes += 1;
    return !this.isBlocked;
  }

  end(): void {}
}

async function liveReader(feed: SessionFeed, log: FakeLog) {
  const sink = new Sink();
  const reader = new StreamReader(feed, sink, {
    subscription: log.subscribe(undefined),
    clock: systemClock,
    maxLag: 1_000,
    snapshot: undefined,
    onFault: (thrown) => expect.unreachable(String(thrown)),
  });
  feed.add(reader);
  reader.start();
  await expect.poll(() => reader.isLive).toBe(true);
  return { sink, reader };
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
