import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { fc, test } from '@fast-check/vitest';
import type { Clock } from '@holdfast/bridge';
import { SseDecoder } from '@holdfast/protocol';
import { expect } from 'vitest';
import { FakeIndex } from '../../testing/fake-index.ts';
import { IndexFeed } from './index-feed.ts';

/** A response whose client takes bytes when the test says so, and keeps what a list would show. */
class ScriptedResponse extends Writable {
  readonly #decoder = new SseDecoder();
  readonly known = new Map<string, number>();
  readonly ids: number[] = [];
  #held: (() => void) | undefined;
  #room: number;

  constructor(room: number) {
    super({ highWaterMark: 1 });
    this.#room = room;
  }

  flushHeaders(): void {}
  setTimeout(): void {}

  override _write(bytes: Buffer, _encoding: BufferEncoding, taken: () => void): void {
    for (const { data } of this.#decoder.push(bytes)) this.#take(JSON.parse(data));
    this.#room -= 1;
    if (this.#room > 0) taken();
    else this.#held = taken;
  }

  refill(room: number): void {
    this.#room = room;
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }

  #take({ id, type, data }: { id?: number; type: string; data: Told }): void {
    if (id !== undefined) this.ids.push(id);
    if (type === 'snapshot') this.known.clear();
    for (const row of data.sessions ?? []) this.known.set(row.sessionId, row.clientCount);
    if (type === 'session_changed') this.known.set(data.sessionId, data.patch?.clientCount ?? -1);
    if (type === 'session_removed') this.known.delete(data.sessionId);
  }
}

interface Told {
  readonly sessionId: string;
  readonly patch?: { readonly clientCount: number };
  readonly sessions?: readonly { readonly sessionId: string; readonly clientCount: number }[];
}

/** A clock that stands still; what is due later happens when the test says so. */
class StoppedClock implements Clock {
  readonly #due = new Set<() => void>();
  now = () => 0;
  elapsedMs = () => 0;

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

const room = fc.integer({ min: 1, max: 4 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant('change' as const), session: fc.nat(4) }) },
  fc.record({ act: fc.constant('erase' as const), session: fc.nat(4) }),
  fc.record({ act: fc.constant('open' as const), room }),
  fc.record({ act: fc.constant('refill' as const), reader: fc.nat(4), room }),
  fc.record({ act: fc.constant('leave' as const), reader: fc.nat(4) }),
  fc.record({ act: fc.constant('strike' as const) }),
  fc.record({ act: fc.constant('turn' as const) }),
);
const loopTurn = () => new Promise((resolve) => setImmediate(resolve));

test.prop(
  [fc.array(step, { maxLength: 50, size: 'max' }), fc.array(fc.nat(2), { minLength: 1, maxLength: 20 })],
  { numRuns: 200 },
)(
  'every reader of the index comes to know what is there, each change once and in order, whatever blocks, leaves and changes when',
  async (steps, readTurns) => {
    const index = new FakeIndex();
    const clock = new StoppedClock();
    let reads = 0;
    index.aroundRead = async () => {
      reads += 1;
      for (let turn = readTurns[reads % readTurns.length] ?? 0; turn > 0; turn -= 1) await loopTurn();
    };
    const feed = new IndexFeed({
      clock,
      heartbeatIntervalMs: 60_000,
      writerIdleTimeoutMs: 60_000,
      onFault: (thrown) => expect.unreachable(String(thrown)),
    });
    const all: ScriptedResponse[] = [];
    const open = (places: number) => {
      const response = new ScriptedResponse(places);
      all.push(response);
      // The part of a response that a stream uses.
      feed.open({
        subscription: index.subscribe(),
        response: response as unknown as ServerResponse,
        snapshot: async () => {
          await index.aroundRead();
          return index.list();
        },
      });
    };
    open(1_000);
    for (const todo of steps) {
      if (todo.act === 'change') index.change(todo.session);
      else if (todo.act === 'erase') index.erase(todo.session);
      else if (todo.act === 'open') open(todo.room);
      else if (todo.act === 'strike') clock.strike();
      else if (todo.act === 'turn') await loopTurn();
      else if (todo.act === 'refill') all[todo.reader]?.refill(todo.room);
      else all[todo.reader]?.destroy();
    }
    const staying = all.filter(({ destroyed }) => !destroyed);
    const isDone = () => staying.every(({ ids }) => ids.at(-1) === index.lastSeq);
    for (let turn = 0; turn < 300 && !(isDone() && index.lastSeq > 0); turn += 1) {
      if (index.lastSeq === 0) index.change(0);
      clock.strike();
      for (const response of staying) response.refill(1_000);
      await loopTurn();
    }
    for (const { known } of staying) expect(known).toEqual(index.truth);
    // The first is that of the snapshot, which may be that of the last change before it.
    for (const { ids } of all) expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other));
    for (const response of staying) response.destroy();
    for (let turn = 0; turn < 5; turn += 1) await loopTurn();
    expect(index.readers).toBe(0);
    expect(index.watchers.size).toBe(0);
  },
);
