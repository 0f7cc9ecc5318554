/** A line over the cap; only its beginning was kept. */
export interface OversizedLine {
  readonly head: string;
  readonly sizeBytes: number;
}

export type Line = string | OversizedLine;

const newline = 0x0a;
const headBytes = 2_048;
/** Room above this is given back once the line that needed it is complete. */
const keptRoomBytes = 1_048_576;

/**
 * Cuts a byte stream into lines at 0x0A and nowhere else: JSON may hold U+2028 and U+2029, which readline takes for
 * ends of line. Whatever the chunks, the lines are the same; each byte is copied a bounded number of times.
 */
export class LineSplitter {
  readonly #maxLineBytes: number;
  /** The unfinished line; the first `#heldBytes` of `#room`. */
  #room: Buffer = Buffer.alloc(0);
  #heldBytes = 0;
  /** Size of the unfinished line once it is over the cap: nothing but its head is held then. */
  #skippedBytes = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** The lines that `chunk` completes. A CR before the LF stays: to JSON it is white space. */
  push(chunk: Buffer): readonly Line[] {
    const last = chunk.lastIndexOf(newline);
    if (last === -1) {
      this.#hold(chunk);
      return [];
    }
    let start = 0;
    const lines: Line[] = [];
    if (this.#heldBytes > 0) {
      const first = chunk.indexOf(newline);
      this.#hold(chunk.subarray(0, first));
      lines.push(this.#take());
      start = first + 1;
    }
    if (start <= last) this.#cut(chunk, start, last, lines);
    this.#hold(chunk.subarray(last + 1));
    return lines;
  }

  /** The half line at the end of the stream; undefined when it ended with a whole one. */
  end(): Line | undefined {
    return this.#heldBytes === 0 ? undefined : this.#take();
  }

  #cut(chunk: Buffer, start: number, last: number, lines: Line[]): void {
    if (last - start <= this.#maxLineBytes) {
      // One decoding for all lines: a byte of a longer character is never 0x0A.
      const text = chunk.toString('utf8', start, last);
      for (const line of text.split('\n')) lines.push(line);
      return;
    }
    for (let from = start; from <= last; ) {
      const end = chunk.indexOf(newline, from);
      this.#hold(chunk.subarray(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
  }

  #hold(bytes: Buffer): void {
    const total = this.#heldBytes + bytes.length;
    if (this.#skippedBytes > 0 || total > this.#maxLineBytes) {
      this.#skip(bytes);
      return;
    }
    this.#reserve(total);
    bytes.copy(this.#room, this.#heldBytes);
    this.#heldBytes = total;
  }

  #skip(bytes: Buffer): void {
    this.#skippedBytes = Math.max(this.#skippedBytes, this.#heldBytes) + bytes.length;
    const head = bytes.subarray(0, Math.max(0, headBytes - this.#heldBytes));
    this.#heldBytes = Math.min(this.#heldBytes, headBytes);
    this.#reserve(this.#heldBytes + head.length);
    head.copy(this.#room, this.#heldBytes);
    this.#heldBytes += head.length;
  }

  #reserve(sizeBytes: number): void {
    if (sizeBytes <= this.#room.length) return;
    const room = Buffer.allocUnsafe(
      Math.min(Math.max(sizeBytes, this.#room.length * 2), this.#maxLineBytes + headBytes),
    );
    this.#room.copy(room, 0, 0, this.#heldBytes);
    this.#room = room;
  }

  #take(): Line {
    const text = this.#room.toString('utf8', 0, this.#heldBytes);
    const sizeBytes = this.#skippedBytes;
    this.#heldBytes = 0;
    this.#skippedBytes = 0;
    if (this.#room.length > keptRoomBytes) this.#room = Buffer.alloc(0);
    return sizeBytes > 0 ? { head: text, sizeBytes } : text;
  }
}
