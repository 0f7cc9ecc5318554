import type { Clock, JournalEvent, Subscription } from '@holdfast/bridge';
import { DaemonError, type EventData, type SyntheticEventType } from '@holdfast/protocol';
import { encodeChunk, type FrameChunk } from './frame-chunk.ts';
import type { FrameSink } from './frame-sink.ts';
import { syntheticFrame } from './synthetic-frame.ts';
import type { WireBytes } from './wire-bytes.ts';

/** What a reader needs to know of the feed it belongs to. */
export interface FeedPosition {
  /** Everything up to this id has been offered to the readers at the tail; undefined before anything was. */
  readonly flushed: number | undefined;
  /** The kept chunk that follows a cursor, if any. */
  chunkAfter(cursor: number): FrameChunk | undefined;
  /** The first reader that found nothing more in the journal says where live begins. */
  startAt(cursor: number): void;
}

export interface ReaderOptions {
  readonly subscription: Subscription;
  readonly clock: Clock;
  /** Events a live reader may fall behind before it is told. */
  readonly maxLag: number;
  /** Settings in force, for `?snapshot=1`. */
  readonly snapshot: (() => Promise<EventData<'session_snapshot'>>) | undefined;
  /** Hears what the journal failed with; the client hears it as `stream_error`. */
  readonly onFault: (thrown: unknown) => void;
}

/** One read of the journal: enough to keep a socket busy, short enough to let others run in between. */
const pageLimit = Object.freeze({ maxEvents: 1_000, maxBytes: 256 * 1024 });

/**
 * One client of a session's stream: a cursor, and the socket it is moved along. At the tail it is live and takes what
 * the feed hands to everyone; behind it, first replay and recovery from lag are the same walk through the journal.
 */
export class StreamReader {
  readonly subscription: Subscription;
  readonly #feed: FeedPosition;
  readonly #sink: FrameSink;
  readonly #options: ReaderOptions;
  #phase: 'replaying' | 'behind' | 'live' | 'ended' = 'replaying';
  /** Every event up to this id was handed to the sink, or does not exist. */
  #cursor: number;
  #replayedCount = 0;
  #isWarned = false;
  #wake = () => {};

  constructor(feed: FeedPosition, sink: FrameSink, options: ReaderOptions) {
    this.#feed = feed;
    this.#sink = sink;
    this.#options = options;
    this.subscription = options.subscription;
    this.#cursor = options.subscription.after;
  }

  get isLive(): boolean {
    return this.#phase === 'live';
  }

  /** Not live, and near enough for what is kept from `cursor` on to be of use. */
  isBehindFrom(cursor: number): boolean {
    return (this.#phase === 'behind' || this.#phase === 'replaying') && this.#cursor >= cursor;
  }

  /** Sends what the cursor asks for, then goes live. */
  start(): void {
    const { resync } = this.subscription;
    if (resync !== undefined) this.#say('state_resync_required', resync);
    this.#walk().catch((thrown) => this.#fail(thrown));
  }

  /** Takes a chunk that the feed hands to all live readers. */
  take(chunk: FrameChunk): void {
    if (this.#phase !== 'live' || this.#cursor >= chunk.last) return;
    const isTaken = this.#cursor === chunk.after && this.#deliver(chunk);
    if (isTaken || !this.isLive) return;
    this.#phase = 'behind';
    this.#walk().catch((thrown) => this.#fail(thrown));
  }

  /** Writes bytes between events; a client that is behind hears enough of us as it is. */
  beat(bytes: WireBytes): void {
    if (this.#phase !== 'ended' && !this.#sink.isBlocked) this.#sink.write(bytes);
  }

  /** The sink takes bytes again. */
  drained(): void {
    this.#wake();
  }

  /** Ends the response after what was written. Idempotent. */
  end(): void {
    if (this.#phase === 'ended') return;
    this.gone();
    this.#sink.end();
  }

  /** The response is over: nothing is written any more. */
  gone(): void {
    this.#phase = 'ended';
    this.#wake();
  }

  /** Moves through tail and journal until the reader is live or ended. */
  async #walk(): Promise<void> {
    while (this.#phase === 'replaying' || this.#phase === 'behind') {
      if (this.#sink.isBlocked) {
        await this.#drainOrEnd();
        continue;
      }
      if (this.#phase === 'replaying' && this.#cursor >= (this.subscription.replayTo ?? 0)) {
        await this.#finishReplay();
        continue;
      }
      if (this.#phase === 'behind' && this.#advanceByTail()) continue;
      await this.#readPage();
    }
  }

  /** Takes one step that needs no journal: live where nothing is missing, or one kept chunk. */
  #advanceByTail(): boolean {
    this.#goLiveAtTail();
    if (this.isLive) return true;
    this.#warnOnce();
    const kept = this.#feed.chunkAfter(this.#cursor);
    if (kept !== undefined) this.#deliver(kept);
    return kept !== undefined;
  }

  async #readPage(): Promise<void> {
    const flushedBefore = this.#feed.flushed;
    const page = await this.subscription.read(this.#cursor, pageLimit);
    if (await this.#isMissing(page)) return;
    if (this.#phase === 'replaying') await this.#replayPage(page);
    else if (this.#phase === 'behind') this.#catchUp(page, flushedBefore);
    // Other readers, and the agents, have their turn between pages.
    if (!this.isLive) await new Promise<void>((resolve) => this.#options.clock.nextTick(resolve));
  }

  /** Whether events after the cursor are gone; then the client knows, and the cursor is before the first there is. */
  async #isMissing([first]: readonly JournalEvent[]): Promise<boolean> {
    if (first === undefined || first.seq === this.#cursor + 1) return false;
    const resync = await this.subscription.missed(this.#cursor);
    if (resync === undefined || this.#phase === 'ended') return false;
    this.#say('state_resync_required', resync);
    this.#cursor = resync.earliestAvailableId - 1;
    return true;
  }

  async #replayPage(page: readonly JournalEvent[]): Promise<void> {
    const replayTo = this.subscription.replayTo ?? 0;
    const replayed = upTo(page, replayTo);
    this.#replayedCount += replayed.length;
    const isTerminated = this.#deliverAll(replayed);
    // The event with the very id `replayTo` need not be readable: a superseded terminal is left out.
    if (isTerminated) {
      this.#sayReplayIsComplete();
      this.end();
    } else if (replayed.length < page.length || page.length === 0) await this.#finishReplay();
  }

  async #finishReplay(): Promise<void> {
    this.#sayReplayIsComplete();
    const snapshot = await this.#options.snapshot?.();
    if (this.#phase !== 'replaying') return;
    if (snapshot !== undefined) this.#say('session_snapshot', snapshot);
    this.#phase = 'behind';
    // Behind without ever having been live is no fault of the client's.
    this.#isWarned = true;
  }

  #sayReplayIsComplete(): void {
    if (this.subscription.replayTo === undefined) return;
    this.#say('replay_complete', { replayedCount: this.#replayedCount, lastEventId: this.#cursor });
  }

  /** Takes what the journal gave, but nothing that the feed has yet to hand out. */
  #catchUp(page: readonly JournalEvent[], flushedBefore: number | undefined): void {
    const { flushed } = this.#feed;
    const events = flushed === undefined ? page : upTo(page, flushed);
    if (events.length > 0) {
      if (this.#deliverAll(events)) this.end();
    } else if (flushed === undefined) this.#feed.startAt(this.#cursor);
    else if (flushedBefore !== undefined) this.#cursor = Math.max(this.#cursor, flushedBefore);
    this.#goLiveAtTail();
  }

  #goLiveAtTail(): void {
    const { flushed } = this.#feed;
    if (this.#phase !== 'behind' || this.#sink.isBlocked) return;
    if (flushed === undefined || this.#cursor < flushed) return;
    this.#phase = 'live';
    this.#isWarned = false;
  }

  #deliver(chunk: FrameChunk): boolean {
    const isRoomLeft = this.#sink.write(chunk.bytes);
    this.#cursor = chunk.last;
    if (chunk.isEnd) this.end();
    return isRoomLeft;
  }

  /** Writes a page; true when it ended with a session terminal. */
  #deliverAll(events: readonly JournalEvent[]): boolean {
    for (let from = 0; from < events.length; ) {
      const { chunk, next } = encodeChunk(events, from, this.#cursor);
      this.#sink.write(chunk.bytes);
      this.#cursor = chunk.last;
      if (chunk.isEnd) return true;
      from = next;
    }
    return false;
  }

  #warnOnce(): void {
    const lag = (this.#feed.flushed ?? this.#cursor) - this.#cursor;
    if (this.#isWarned || lag <= this.#options.maxLag) return;
    this.#isWarned = true;
    const { maxLag } = this.#options;
    this.#say('slow_client_warning', { lag, queueSize: lag, maxQueued: maxLag, lastEventId: this.#cursor });
  }

  #fail(thrown: unknown): void {
    if (this.#phase === 'ended') return;
    this.#options.onFault(thrown);
    const error = thrown instanceof DaemonError ? thrown.message : 'the events could not be read';
    this.#say('stream_error', { error });
    this.end();
  }

  #say<T extends SyntheticEventType>(type: T, data: EventData<T>): void {
    this.#sink.write(syntheticFrame(type, data, this.#options.clock.now()));
  }

  #drainOrEnd(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function upTo(events: readonly JournalEvent[], last: number): readonly JournalEvent[] {
  const isWithin = (events.at(-1)?.seq ?? 0) <= last;
  return isWithin ? events : events.filter((event) => event.seq <= last);
}
