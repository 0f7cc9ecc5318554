/** Keeps the last `limit` bytes of what is pushed. */
export class TailBuffer {
  readonly #limit: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    // A copy, never a slice: a slice would keep the whole chunk alive.
    const kept = chunk.subarray(-this.#limit);
    this.#bytes = Buffer.concat([
      this.#bytes.subarray(-(this.#limit - kept.length) || this.#bytes.length),
      kept,
    ]);
  }

  /** What is kept, without the pieces of a character that was cut in two. */
  text(): string {
    let start = 0;
    while (start < 3 && ((this.#bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return this.#bytes.toString('utf8', start);
  }
}
