import type { Clock, IndexSubscription, SessionList } from '@holdfast/bridge';
import { DaemonError, encodeFrame, type IndexEventData, type IndexEventType } from '@holdfast/protocol';
import type { FrameSink } from './frame-sink.ts';
import { type WireBytes, wireBytes } from './wire-bytes.ts';

/** Changes that follow a cursor, encoded once for all readers there. */
export interface ChangeChunk {
  readonly last: number;
  readonly bytes: WireBytes;
}

/** What a reader needs to know of the feed it belongs to. */
export interface ChangeFeed {
  /** Rises whenever there may be more to read. */
  readonly round: number;
  /** The changes after a cursor; undefined when there are none. */
  chunkAfter(cursor: number): Promise<ChangeChunk | undefined>;
}

export interface IndexReaderOptions {
  readonly subscription: IndexSubscription;
  readonly clock: Clock;
  /** The page to begin with, where one was asked for. */
  readonly snapshot: (() => Promise<SessionList>) | undefined;
  /** Hears what the index failed with; the client hears it as `stream_error`. */
  readonly onFault: (thrown: unknown) => void;
}

/**
 * One client of the index's stream: a cursor, and the socket it is moved along. It reads whatever changed after its
 * cursor, so what a slow client missed in between is left out by itself: only the latest state of a row is there to read.
 */
export class IndexReader {
  readonly subscription: IndexSubscription;
  readonly #feed: ChangeFeed;
  readonly #sink: FrameSink;
  readonly #options: IndexReaderOptions;
  #cursor: number;
  #isOver = false;
  #wake = () => {};

  constructor(feed: ChangeFeed, sink: FrameSink, options: IndexReaderOptions) {
    this.#feed = feed;
    this.#sink = sink;
    this.#options = options;
    this.subscription = options.subscription;
    this.#cursor = options.subscription.after;
  }

  /** Sends what the cursor asks for, then everything that changes. */
  start(): void {
    this.#run().catch((thrown) => this.#fail(thrown));
  }

  /** Goes on where it waited: there is more to read, or the sink takes bytes again. */
  wake(): void {
    this.#wake();
  }

  /** Writes bytes between events; a client that is behind hears enough of us as it is. */
  beat(bytes: WireBytes): void {
    if (!this.#isOver && !this.#sink.isBlocked) this.#sink.write(bytes);
  }

  /** Ends the response after what was written. Idempotent. */
  end(): void {
    if (this.#isOver) return;
    this.gone();
    this.#sink.end();
  }

  /** The response is over: nothing is written any more. */
  gone(): void {
    this.#isOver = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    await this.#begin();
    while (!this.#isOver) {
      const { round } = this.#feed;
      if (!this.#sink.isBlocked && (await this.#step())) {
        // Other readers, and the agents, have their turn between pages.
        await new Promise<void>((resolve) => this.#options.clock.nextTick(resolve));
      } else if (!this.#isOver && (this.#sink.isBlocked || round === this.#feed.round)) await this.#woken();
    }
  }

  async #begin(): Promise<void> {
    const { reset, isContinued } = this.subscription;
    if (reset !== undefined) this.#say('reset', { reason: reset, indexSeq: this.#cursor });
    if (isContinued) return;
    const page = await this.#options.snapshot?.();
    if (page === undefined || this.#isOver) return;
    this.#cursor = page.indexSeq;
    this.#say('snapshot', { ...page, sessions: [...page.sessions] });
  }

  /** Sends what changed; false when nothing did. */
  async #step(): Promise<boolean> {
    const chunk = await this.#feed.chunkAfter(this.#cursor);
    if (chunk === undefined || this.#isOver) return false;
    this.#sink.write(chunk.bytes);
    this.#cursor = chunk.last;
    return true;
  }

  #fail(thrown: unknown): void {
    if (this.#isOver) return;
    this.#options.onFault(thrown);
    const error = thrown instanceof DaemonError ? thrown.message : 'the session index could not be read';
    this.#say('stream_error', { error });
    this.end();
  }

  /** Tells this reader alone. The frame's id, which the event itself has none of, makes a client come back from here. */
  #say<T extends IndexEventType>(type: T, data: IndexEventData<T>): void {
    const _meta = { serverTimestamp: this.#options.clock.now() };
    const json = JSON.stringify({ v: 1, type, data, _meta });
    this.#sink.write(wireBytes(encodeFrame({ id: this.#cursor, event: type, data: json })));
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
