import type { Clock, JournalEvent, Subscription } from '@holdfast/bridge';
import { encodeComment } from '@holdfast/protocol';
import { flushDelayMs } from './flush-policy.ts';
import { encodeChunk, type FrameChunk } from './frame-chunk.ts';
import { FrameTail } from './frame-tail.ts';
import type { FeedPosition, StreamReader } from './stream-reader.ts';
import { wireBytes } from './wire-bytes.ts';

const heartbeat = wireBytes(encodeComment());
/** What is kept for readers that fell a little behind; beyond it they read the journal. */
const TAIL_BYTES = 1024 * 1024;

/**
 * All readers of one session. Each committed event is encoded once and the same bytes go to every reader at the tail,
 * several events to a write when they come fast. It exists while it has readers, and keeps bytes only while one of
 * them is behind.
 */
export class SessionFeed implements FeedPosition {
  readonly #clock: Clock;
  readonly #heartbeatMs: number;
  readonly #readers = new Set<StreamReader>();
  readonly #tail = new FrameTail(TAIL_BYTES);
  #flushed: number | undefined;
  #queue: JournalEvent[] = [];
  #queuedChars = 0;
  #lastFlushAt = 0;
  #cancelFlush: (() => void) | undefined;
  #cancelHeartbeat: (() => void) | undefined;
  /** The one subscription through which the feed hears of commits, and how to stop. */
  #source: { readonly subscription: Subscription; readonly stop: () => void } | undefined;

  constructor(options: { readonly clock: Clock; readonly heartbeatMs: number }) {
    this.#clock = options.clock;
    this.#heartbeatMs = options.heartbeatMs;
  }

  get flushed(): number | undefined {
    return this.#flushed;
  }

  get isEmpty(): boolean {
    return this.#readers.size === 0;
  }

  chunkAfter(cursor: number): FrameChunk | undefined {
    return this.#tail.chunkAfter(cursor);
  }

  startAt(cursor: number): void {
    this.#flushed ??= cursor;
  }

  /** Adds a reader. The feed listens before the reader first reads, so that nothing falls in between. */
  add(reader: StreamReader): void {
    this.#readers.add(reader);
    if (this.#source === undefined) this.#listenThrough(reader.subscription);
    if (this.#cancelHeartbeat === undefined) this.#scheduleHeartbeat();
  }

  /** Lets a reader go; its subscription ends. */
  remove(reader: StreamReader): void {
    if (!this.#readers.delete(reader)) return;
    reader.gone();
    if (this.#source?.subscription === reader.subscription) this.#changeSource();
    reader.subscription.leave();
    if (this.isEmpty) this.#stop();
  }

  /** Ends every stream after what was committed, without a word of its own. */
  end(): void {
    this.#flush();
    for (const reader of this.#readers) reader.end();
  }

  #changeSource(): void {
    const old = this.#source;
    this.#source = undefined;
    const [next] = this.#readers;
    // The new ear opens before the old one closes: a commit in between would be lost to everyone at the tail.
    if (next !== undefined) this.#listenThrough(next.subscription);
    old?.stop();
  }

  #listenThrough(subscription: Subscription): void {
    this.#source = { subscription, stop: subscription.watch((events) => this.#onCommitted(events)) };
  }

  #onCommitted(events: readonly JournalEvent[]): void {
    const [first] = events;
    if (first === undefined) return;
    this.#flushed ??= first.seq - 1;
    const known = this.#queue.at(-1)?.seq ?? this.#flushed;
    for (const event of events) {
      if (event.seq <= known) continue;
      this.#queue.push(event);
      this.#queuedChars += event.json.length;
    }
    this.#scheduleFlush();
  }

  #scheduleFlush(): void {
    const delayMs = flushDelayMs({
      readers: this.#readers.size,
      queuedChars: this.#queuedChars,
      sinceLastFlushMs: this.#clock.elapsedMs() - this.#lastFlushAt,
    });
    if (delayMs === 0) this.#flush();
    else this.#cancelFlush ??= this.#clock.after(delayMs, () => this.#flush());
  }

  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    if (this.#queue.length === 0) return;
    const events = this.#queue;
    this.#queue = [];
    this.#queuedChars = 0;
    this.#lastFlushAt = this.#clock.elapsedMs();
    for (let from = 0; from < events.length; ) {
      const { chunk, next } = encodeChunk(events, from, this.#flushed ?? 0);
      this.#flushed = chunk.last;
      from = next;
      this.#handOut(chunk);
    }
  }

  #handOut(chunk: FrameChunk): void {
    // For whoever is a little behind only: a client that has stopped reading would keep bytes nobody asks for.
    const kept = this.#tail.after ?? chunk.after;
    let isAnyoneNear = false;
    for (const reader of this.#readers) {
      reader.take(chunk);
      isAnyoneNear ||= reader.isBehindFrom(kept);
    }
    if (isAnyoneNear) this.#tail.push(chunk);
    else this.#tail.clear();
  }

  #scheduleHeartbeat(): void {
    this.#cancelHeartbeat = this.#clock.after(this.#heartbeatMs, () => {
      for (const reader of this.#readers) reader.beat(heartbeat);
      this.#scheduleHeartbeat();
    });
  }

  #stop(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#cancelHeartbeat?.();
    this.#cancelHeartbeat = undefined;
    this.#tail.clear();
  }
}
