/** Readers of one stream, opened together. */
export interface OpenReaders {
  readonly kind: 'open';
  readonly group: number;
  readonly port: number;
  readonly path: string;
  readonly lastEventId?: number;
  readonly count: number;
  /** The event type that ends the measurement for a reader. */
  readonly until: string;
  /** How many of them stop reading once the stream is open; the measurement does not wait for those. */
  readonly stalled?: number;
  /** How many of them note the latency of each chunk of `/stream`. */
  readonly sampled?: number;
}

/** Starts a measurement over with the same streams. */
export interface AwaitAgain {
  readonly kind: 'again';
  readonly group: number;
}

export interface CloseReaders {
  readonly kind: 'close';
  readonly group: number;
}

export type ReaderCommand = OpenReaders | AwaitAgain | CloseReaders;

export interface ReadersReport {
  /** Epoch ms at which the first socket was opened. */
  readonly startedAt: number;
  /** Epoch ms at which the last reader saw the end. */
  readonly doneAt: number;
  /** Frames with an id that the first reader counted. */
  readonly frames: number;
  readonly bytes: number;
  readonly lastId: number;
  /** Agent's write to reader, ms, of the sampled readers. */
  readonly latenciesMs: readonly number[];
}

export type ReaderReply =
  | { readonly kind: 'opened' | 'armed'; readonly group: number }
  | { readonly kind: 'done'; readonly group: number; readonly report: ReadersReport }
  | { readonly kind: 'failed'; readonly group: number; readonly message: string };
