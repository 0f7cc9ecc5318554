import type { ServerResponse } from 'node:http';
import type { Clock, IndexSubscription, SessionChange, SessionList } from '@holdfast/bridge';
import { encodeComment, encodeEvent, encodeRetry } from '@holdfast/protocol';
import { openSink } from './frame-sink.ts';
import { type ChangeChunk, type ChangeFeed, IndexReader } from './index-reader.ts';
import { wireBytes } from './wire-bytes.ts';

const retry = wireBytes(encodeRetry(3_000));
const heartbeat = wireBytes(encodeComment());

/** Changes read at once: some 100 kB. */
const changesAtOnce = 200;
/**
 * Readers are woken this often at most (ms). A turn changes its row three times; whoever draws a list needs none of the
 * states in between, and what changed meanwhile is read and encoded once for all.
 */
const wakeEveryMs = 20;

export interface IndexFeedOptions {
  readonly clock: Clock;
  readonly heartbeatIntervalMs: number;
  readonly writerIdleTimeoutMs: number;
  /** Hears of faults of the index under a stream. */
  readonly onFault: (thrown: unknown) => void;
}

export interface IndexStreamRequest {
  readonly subscription: IndexSubscription;
  /** Headers are set, none is sent. */
  readonly response: ServerResponse;
  readonly snapshot?: () => Promise<SessionList>;
}

/** The open streams of the session index. */
export class IndexFeed implements ChangeFeed {
  readonly #options: IndexFeedOptions;
  readonly #readers = new Set<IndexReader>();
  /** What was read last, for whoever else is at that cursor: most readers are at the same one. */
  #latest: { readonly cursor: number; readonly chunk: Promise<ChangeChunk | undefined> } | undefined;
  #round = 0;
  #lastWakeAt = 0;
  #cancelWake: (() => void) | undefined;
  #cancelHeartbeat: (() => void) | undefined;
  #source: IndexSubscription | undefined;
  #stopWatching: () => void = () => {};

  constructor(options: IndexFeedOptions) {
    this.#options = options;
  }

  get round(): number {
    return this.#round;
  }

  /** Sends headers and `retry`, then what changes until the client leaves. */
  open({ subscription, response, snapshot }: IndexStreamRequest): void {
    if (response.destroyed || response.closed) {
      subscription.leave();
      return;
    }
    const { clock, writerIdleTimeoutMs, onFault } = this.#options;
    const sink = openSink(response, writerIdleTimeoutMs, {
      onDrain: () => reader.wake(),
      onClose: () => this.#remove(reader),
    });
    const reader = new IndexReader(this, sink, { subscription, clock, snapshot, onFault });
    sink.write(retry);
    // Changes are heard of before anything is read, so that none falls in between.
    this.#add(reader);
    reader.start();
  }

  chunkAfter(cursor: number): Promise<ChangeChunk | undefined> {
    if (this.#latest?.cursor === cursor) return this.#latest.chunk;
    const chunk = this.#read(cursor);
    this.#latest = { cursor, chunk };
    // What failed is read again by whoever comes next.
    chunk.catch(() => {
      if (this.#latest?.chunk === chunk) this.#latest = undefined;
    });
    return chunk;
  }

  /** Ends all streams. */
  end(): void {
    for (const reader of this.#readers) reader.end();
  }

  async #read(cursor: number): Promise<ChangeChunk | undefined> {
    const changes = (await this.#source?.read(cursor, changesAtOnce)) ?? [];
    const last = changes.at(-1)?.indexSeq;
    if (last === undefined) return undefined;
    const now = this.#options.clock.now();
    return { last, bytes: wireBytes(changes.map((change) => frameOf(change, now)).join('')) };
  }

  #add(reader: IndexReader): void {
    this.#readers.add(reader);
    if (this.#source === undefined) this.#listenThrough(reader.subscription);
    if (this.#cancelHeartbeat === undefined) this.#scheduleHeartbeat();
  }

  #remove(reader: IndexReader): void {
    if (!this.#readers.delete(reader)) return;
    reader.gone();
    reader.subscription.leave();
    if (this.#source === reader.subscription) {
      this.#stopWatching();
      const [next] = this.#readers;
      this.#source = undefined;
      if (next !== undefined) this.#listenThrough(next.subscription);
    }
    if (this.#readers.size === 0) this.#stop();
  }

  #listenThrough(subscription: IndexSubscription): void {
    this.#source = subscription;
    this.#stopWatching = subscription.watch(() => this.#scheduleWake());
  }

  #scheduleWake(): void {
    if (this.#cancelWake !== undefined) return;
    const { clock } = this.#options;
    const delayMs = Math.max(0, this.#lastWakeAt + wakeEveryMs - clock.elapsedMs());
    if (delayMs === 0) this.#wakeAll();
    else this.#cancelWake = clock.after(delayMs, () => this.#wakeAll());
  }

  #wakeAll(): void {
    this.#cancelWake = undefined;
    this.#lastWakeAt = this.#options.clock.elapsedMs();
    this.#round += 1;
    this.#latest = undefined;
    for (const reader of this.#readers) reader.wake();
  }

  #scheduleHeartbeat(): void {
    const { clock, heartbeatIntervalMs } = this.#options;
    this.#cancelHeartbeat = clock.after(heartbeatIntervalMs, () => {
      for (const reader of this.#readers) reader.beat(heartbeat);
      this.#scheduleHeartbeat();
    });
  }

  #stop(): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    this.#cancelHeartbeat?.();
    this.#cancelHeartbeat = undefined;
    this.#latest = undefined;
  }
}

function frameOf({ indexSeq, sessionId, patch }: SessionChange, now: number): string {
  const told =
    patch === undefined
      ? { type: 'session_removed', data: { sessionId } }
      : { type: 'session_changed', data: { sessionId, revision: patch.revision, patch } };
  return encodeEvent({ id: indexSeq, v: 1, ...told, _meta: { serverTimestamp: now } });
}
