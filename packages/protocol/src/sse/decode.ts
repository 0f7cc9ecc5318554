import { SseLines } from './lines.ts';

/** One dispatched message. */
export interface SseMessage {
  /** The last id of the stream so far, as WHATWG keeps it; `''` before the first. */
  readonly lastEventId: string;
  /** `message` when the frame named none. */
  readonly event: string;
  readonly data: string;
}

export interface SseDecoderOptions {
  /** Largest event, in characters (default 67 108 864); a larger one is dropped whole and counted. */
  readonly maxEventChars?: number;
}

const DEFAULT_MAX_EVENT_CHARS = 64 * 1024 * 1024;
const SPACE = 0x20;
const DIGITS = /^[0-9]+$/;

/**
 * Decodes an event stream piece by piece, however it was cut, and never throws on what it is fed.
 * Source: WHATWG HTML §9.2.6.
 */
export class SseDecoder {
  #lines: SseLines;
  #maxEventChars: number;
  #data: string[] = [];
  #chars = 0;
  #event = '';
  #id = '';
  #lastEventId = '';
  #isOversized = false;
  #retryMs: number | undefined;
  #oversizedEvents = 0;

  constructor({ maxEventChars = DEFAULT_MAX_EVENT_CHARS }: SseDecoderOptions = {}) {
    this.#maxEventChars = maxEventChars;
    this.#lines = new SseLines(maxEventChars);
  }

  /** The id to come back with; `''` before the first. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** The reconnection time the server asked for, in milliseconds. */
  get retryMs(): number | undefined {
    return this.#retryMs;
  }

  /** Events dropped for their size. */
  get oversizedEvents(): number {
    return this.#oversizedEvents;
  }

  /** Takes the next piece of the stream; returns the messages it completed. An unfinished last one waits. */
  push(chunk: string | Uint8Array): SseMessage[] {
    const messages: SseMessage[] = [];
    for (const line of this.#lines.push(chunk)) {
      if (line === undefined) this.#isOversized = true;
      else if (line === '') this.#dispatch(messages);
      else this.#field(line);
    }
    return messages;
  }

  #field(line: string): void {
    if (line.startsWith('data: ')) {
      this.#append(line.slice(6));
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1);
    if (name === 'data') this.#append(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && DIGITS.test(value)) this.#retryMs = Number(value);
  }

  #append(value: string): void {
    this.#chars += value.length + 1;
    if (this.#chars > this.#maxEventChars) {
      this.#isOversized = true;
      this.#data = [];
    }
    if (!this.#isOversized) this.#data.push(value);
  }

  #dispatch(messages: SseMessage[]): void {
    // The id is kept even when nothing is dispatched, and when an event is too large: it must not be asked for again.
    this.#lastEventId = this.#id;
    if (this.#isOversized) this.#oversizedEvents += 1;
    else if (this.#data.length > 0)
      messages.push({
        lastEventId: this.#lastEventId,
        event: this.#event === '' ? 'message' : this.#event,
        data: this.#data.length === 1 ? (this.#data[0] ?? '') : this.#data.join('\n'),
      });
    this.#data = [];
    this.#chars = 0;
    this.#event = '';
    this.#isOversized = false;
  }
}
