import { connect, type Socket } from 'node:net';
import type { OpenReaders } from './reader-messages.ts';
import { nowMs } from './statistics.ts';

/** One buffer for all sockets: what a reader needs of it is read before the next one is filled. */
const shared = Buffer.allocUnsafeSlow(256 * 1024);
/** More than the last frame of a turn takes, chunk header included. */
const tailBytes = 1_024;
const idField = Buffer.from('\nid: ');
const textMember = Buffer.from('"text":"');

export interface StreamReaderOptions {
  readonly request: OpenReaders;
  readonly isStalled: boolean;
  readonly isCounting: boolean;
  readonly isSampling: boolean;
  readonly onOpen: () => void;
  readonly onDone: () => void;
  readonly onFailed: (message: string) => void;
}

/**
 * A client of one event stream that looks at its bytes as little as it can, because it shares two cores with what it
 * measures: it only searches the end of each chunk for the event it waits for. Chosen readers count or time frames.
 */
export class StreamReader {
  readonly #options: StreamReaderOptions;
  readonly #socket: Socket;
  readonly #end: string;
  #tail = Buffer.alloc(0);
  #isOpen = false;
  #isDone = false;
  frames = 0;
  bytes = 0;
  lastId = 0;
  latenciesMs: number[] = [];

  constructor(options: StreamReaderOptions) {
    this.#options = options;
    const { port, path, lastEventId, until } = options.request;
    this.#end = `event: ${until}\n`;
    const cursor = lastEventId === undefined ? '' : `last-event-id: ${lastEventId}\r\n`;
    const onread = { buffer: shared, callback: (size: number) => this.#onBytes(shared.subarray(0, size)) };
    this.#socket = connect({ port, host: '127.0.0.1', onread });
    this.#socket.on('error', (error) => options.onFailed(error.message));
    this.#socket.on('close', () => {
      if (!this.#isDone && !options.isStalled) options.onFailed('the stream ended early');
    });
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n${cursor}\r\n`,
    );
  }

  /** Waits for the end once more. */
  again(): void {
    this.#isDone = false;
    this.#tail = Buffer.alloc(0);
    this.frames = 0;
    this.bytes = 0;
    this.latenciesMs = [];
  }

  close(): void {
    this.#isDone = true;
    this.#socket.destroy();
  }

  #onBytes(chunk: Buffer): boolean {
    this.bytes += chunk.length;
    if (this.#options.isCounting) this.#count(chunk);
    if (this.#options.isSampling) this.#sample(chunk);
    this.#keepTail(chunk);
    if (!this.#isOpen) this.#open();
    if (this.#isOpen && this.#options.isStalled) return false;
    if (!this.#isDone) this.#lookForEnd();
    return true;
  }

  #open(): void {
    const text = this.#tail.toString('latin1');
    if (!text.includes('retry: ') && !text.includes('id: ')) return;
    if (!text.includes(' 200 ') && !text.includes('id: ')) this.#options.onFailed(text);
    this.#isOpen = true;
    this.#options.onOpen();
  }

  #lookForEnd(): void {
    const place = this.#tail.lastIndexOf(this.#end, undefined, 'latin1');
    if (place === -1 || this.#tail.indexOf('\n\n', place, 'latin1') === -1) return;
    const text = this.#tail.toString('latin1');
    const id =
      /id: (\d+)\n$/.exec(text.slice(0, place))?.[1] ?? /"lastEventId":(\d+)/.exec(text.slice(place))?.[1];
    this.lastId = Number(id ?? 0);
    this.#isDone = true;
    this.#options.onDone();
  }

  /** A match over the border of two chunks is found in the kept tail. */
  #count(chunk: Buffer): void {
    const overlap = Buffer.concat([
      this.#tail.subarray(Math.max(0, this.#tail.length - idField.length + 1)),
      chunk.subarray(0, idField.length - 1),
    ]);
    if (overlap.includes(idField)) this.frames += 1;
    for (let at = chunk.indexOf(idField); at !== -1; at = chunk.indexOf(idField, at + idField.length)) {
      this.frames += 1;
    }
  }

  /** The text of `/stream` begins `number epochMs.fraction `; a text cut by the chunk's end is left out. */
  #sample(chunk: Buffer): void {
    const now = nowMs();
    for (let at = chunk.indexOf(textMember); at !== -1; at = chunk.indexOf(textMember, at + 1)) {
      const stamp = /^\d+ (\d+\.\d+) /.exec(chunk.toString('latin1', at + textMember.length, at + 60));
      if (stamp !== null) this.latenciesMs.push(now - Number(stamp[1]));
    }
  }

  #keepTail(chunk: Buffer): void {
    if (chunk.length >= tailBytes) this.#tail = Buffer.from(chunk.subarray(chunk.length - tailBytes));
    else this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-tailBytes);
  }
}
