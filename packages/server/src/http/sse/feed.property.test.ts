import { fc, test } from '@fast-check/vitest';
import type { Clock } from '@holdfast/bridge';
import { SseDecoder } from '@holdfast/protocol';
import { expect } from 'vitest';
import { FakeLog } from '../../testing/fake-log.ts';
import type { FrameSink } from './frame-sink.ts';
import { SessionFeed } from './session-feed.ts';
import { StreamReader } from './stream-reader.ts';

/** A socket whose client takes bytes when the test says so. */
class ScriptedSink implements FrameSink {
  readonly #decoder = new SseDecoder();
  readonly ids: number[] = [];
  isBlocked = false;
  isEnded = false;
  #room: number;

  constructor(room: number) {
    this.#room = room;
  }

  write({ payload }: { readonly payload: Buffer }): boolean {
    if (this.isEnded) throw new Error('written after the end');
    for (const { data } of this.#decoder.push(payload)) {
      const { id } = JSON.parse(data);
      if (typeof id === 'number') this.ids.push(id);
    }
    this.#room -= 1;
    if (this.#room <= 0) this.isBlocked = true;
    return !this.isBlocked;
  }

  end(): void {
    this.isEnded = true;
  }

  refill(room: number): void {
    this.#room = room;
    this.isBlocked = false;
  }
}

/** A clock that stands still; what is due later happens when the test says so. */
class StoppedClock implements Clock {
  readonly #due = new Set<() => void>();

  now(): number {
    return 0;
  }

  elapsedMs(): number {
    return 0;
  }

  after(_delayMs: number, task: () => void): () => void {
    this.#due.add(task);
    return () => void this.#due.delete(task);
  }

  nextTick(task: () => void): void {
    setImmediate(task);
  }

  strike(): void {
    const due = [...this.#due];
    this.#due.clear();
    for (const task of due) task();
  }
}

const step = fc.oneof(
  fc.record({
    act: fc.constant('commit' as const),
    sizes: fc.array(fc.nat(40_000), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    act: fc.constant('open' as const),
    after: fc.option(fc.nat(12)),
    room: fc.integer({ min: 1, max: 5 }),
  }),
  fc.record({ act: fc.constant('refill' as const), reader: fc.nat(5), room: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ act: fc.constant('leave' as const), reader: fc.nat(5) }),
  fc.record({ act: fc.constant('announce' as const) }),
  fc.record({ act: fc.constant('strike' as const) }),
  fc.record({ act: fc.constant('turn' as const) }),
);

const loopTurn = () => new Promise((resolve) => setImmediate(resolve));

interface OpenReader {
  readonly reader: StreamReader;
  readonly sink: ScriptedSink;
  readonly after: number;
  hasLeft: boolean;
}

function open(
  feed: SessionFeed,
  log: FakeLog,
  clock: Clock,
  asked: { after: number | undefined; room: number },
) {
  const after = asked.after === undefined ? undefined : Math.min(asked.after, log.lastSeq);
  const subscription = log.subscribe(after);
  const sink = new ScriptedSink(asked.room);
  const reader = new StreamReader(feed, sink, {
    subscription,
    clock,
    maxLag: 2,
    snapshot: undefined,
    onFault: (thrown) => expect.unreachable(String(thrown)),
  });
  feed.add(reader);
  reader.start();
  return { reader, sink, after: subscription.after, hasLeft: false };
}

/** Enough readers for a flush to wait for its window. */
const CROWD = 25;

test.prop(
  [fc.array(step, { maxLength: 60, size: 'max' }), fc.array(fc.nat(2), { minLength: 1, maxLength: 20 })],
  { numRuns: 200 },
)(
  'every reader sees a contiguous slice that begins at its cursor, whatever blocks, leaves and commits when',
  async (steps, readTurns) => {
    const log = new FakeLog();
    const clock = new StoppedClock();
    log.isAnnouncedLater = true;
    let reads = 0;
    log.aroundRead = async () => {
      reads += 1;
      for (let turn = readTurns[reads % readTurns.length] ?? 0; turn > 0; turn -= 1) await loopTurn();
    };
    const feed = new SessionFeed({ clock, heartbeatMs: 60_000 });
    const all: OpenReader[] = [];
    for (let count = 0; count < CROWD; count += 1)
      all.push(open(feed, log, clock, { after: 0, room: 1_000 }));

    for (const todo of steps) {
      if (todo.act === 'commit') log.commit(...todo.sizes.map((size) => 'x'.repeat(size)));
      else if (todo.act === 'announce') log.announce();
      else if (todo.act === 'strike') clock.strike();
      else if (todo.act === 'turn') await loopTurn();
      else if (todo.act === 'open')
        all.push(open(feed, log, clock, { after: todo.after ?? undefined, room: todo.room }));
      else {
        const chosen = all[CROWD + todo.reader];
        if (chosen === undefined || chosen.hasLeft) continue;
        if (todo.act === 'refill') {
          chosen.sink.refill(todo.room);
          chosen.reader.drained();
        } else {
          chosen.hasLeft = true;
          feed.remove(chosen.reader);
        }
      }
    }

    log.announce();
    const staying = all.filter(({ hasLeft }) => !hasLeft);
    const isDone = () => staying.every(({ sink, after }) => (sink.ids.at(-1) ?? after) === log.lastSeq);
    for (let turn = 0; turn < 500 && !isDone(); turn += 1) {
      clock.strike();
      for (const { sink, reader } of staying) {
        sink.refill(1_000);
        reader.drained();
      }
      await loopTurn();
    }
    for (const { sink, after, hasLeft } of all) {
      const last = hasLeft ? (sink.ids.at(-1) ?? after) : log.lastSeq;
      expect(sink.ids).toEqual(Array.from({ length: last - after }, (_, index) => after + 1 + index));
    }
    for (const { reader } of staying) feed.remove(reader);
    expect(log.readers).toBe(0);
    expect(log.watchers.size).toBe(0);
  },
);
