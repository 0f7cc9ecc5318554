import type { ServerResponse } from 'node:http';
import type { Clock, Subscription } from '@holdfast/bridge';
import { type EventData, encodeRetry, type SessionId } from '@holdfast/protocol';
import { openSink } from './frame-sink.ts';
import { SessionFeed } from './session-feed.ts';
import { StreamReader } from './stream-reader.ts';
import { wireBytes } from './wire-bytes.ts';

const retry = wireBytes(encodeRetry(3_000));

export interface FeedOptions {
  readonly clock: Clock;
  readonly heartbeatIntervalMs: number;
  readonly writerIdleTimeoutMs: number;
  /** Hears of journal faults under a stream. */
  readonly onFault: (thrown: unknown, sessionId: SessionId) => void;
}

export interface StreamRequest {
  readonly sessionId: SessionId;
  readonly subscription: Subscription;
  /** Headers are set, none is sent. */
  readonly response: ServerResponse;
  readonly maxLag: number;
  readonly snapshot?: () => Promise<EventData<'session_snapshot'>>;
}

/** The open event streams of this server, by session. */
export class SessionFeeds {
  readonly #options: FeedOptions;
  readonly #feeds = new Map<SessionId, SessionFeed>();

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Sends headers and `retry`, then the session's events until the client leaves or the session ends. */
  open({ sessionId, subscription, response, maxLag, snapshot }: StreamRequest): void {
    if (response.destroyed || response.closed) {
      subscription.leave();
      return;
    }
    const { clock, writerIdleTimeoutMs } = this.#options;
    const feed = this.#feedOf(sessionId);
    const sink = openSink(response, writerIdleTimeoutMs, {
      onDrain: () => reader.drained(),
      onClose: () => this.#close(sessionId, feed, reader),
    });
    const onFault = (thrown: unknown) => this.#options.onFault(thrown, sessionId);
    const reader = new StreamReader(feed, sink, { subscription, clock, maxLag, snapshot, onFault });
    sink.write(retry);
    feed.add(reader);
    reader.start();
  }

  /** Ends all streams; no session ends with them. */
  end(): void {
    for (const feed of this.#feeds.values()) feed.end();
  }

  #feedOf(sessionId: SessionId): SessionFeed {
    const known = this.#feeds.get(sessionId);
    if (known !== undefined) return known;
    const { clock, heartbeatIntervalMs: heartbeatMs } = this.#options;
    const feed = new SessionFeed({ clock, heartbeatMs });
    this.#feeds.set(sessionId, feed);
    return feed;
  }

  #close(sessionId: SessionId, feed: SessionFeed, reader: StreamReader): void {
    feed.remove(reader);
    if (feed.isEmpty && this.#feeds.get(sessionId) === feed) this.#feeds.delete(sessionId);
  }
}
