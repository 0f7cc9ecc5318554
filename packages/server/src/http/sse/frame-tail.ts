import type { FrameChunk } from './frame-chunk.ts';

/** The latest chunks of a session, for readers that fell a little behind; whoever needs more reads the journal. */
export class FrameTail {
  readonly #maxBytes: number;
  #chunks: FrameChunk[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The cursor the kept chunks begin at; undefined when none is kept. */
  get after(): number | undefined {
    return this.#chunks[0]?.after;
  }

  /** Keeps a chunk and forgets the oldest ones beyond the limit. */
  push(chunk: FrameChunk): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.bytes.framed.length;
    let forgotten = 0;
    while (this.#bytes > this.#maxBytes && forgotten < this.#chunks.length) {
      this.#bytes -= this.#chunks[forgotten]?.bytes.framed.length ?? 0;
      forgotten += 1;
    }
    if (forgotten > 0) this.#chunks = this.#chunks.slice(forgotten);
  }

  /** The chunk that a reader at `cursor` takes next; undefined when it is not kept. */
  chunkAfter(cursor: number): FrameChunk | undefined {
    return this.#chunks.find((chunk) => chunk.after === cursor);
  }

  clear(): void {
    if (this.#chunks.length === 0) return;
    this.#chunks = [];
    this.#bytes = 0;
  }
}
