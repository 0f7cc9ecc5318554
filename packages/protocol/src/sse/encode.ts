import type { Envelope } from '../model/envelope.ts';

/** The fields of one frame to be sent. */
export interface SseFrame {
  readonly id?: string | number;
  readonly event?: string;
  readonly data: string;
}

const LINE_END = /\r\n|\r|\n/;
const BREAKS_LINE = /[\r\n\0]/;

/**
 * Encodes one frame; data is split on CR, LF and CRLF into as many lines. Source: WHATWG HTML §9.2.5.
 * @throws TypeError when id or event would break out of its line.
 */
export function encodeFrame({ id, event, data }: SseFrame): string {
  const head =
    (id === undefined ? '' : line('id', String(id))) + (event === undefined ? '' : line('event', event));
  if (!data.includes('\n') && !data.includes('\r')) return `${head}data: ${data}\n\n`;
  const lines = data.split(LINE_END).map((text) => `data: ${text}\n`);
  return `${head}${lines.join('')}\n`;
}

/** Encodes an event as it travels: its JSON is one line, its id is absent when it is synthetic. */
export function encodeEvent(event: Envelope): string {
  return encodeFrame({ id: event.id, event: event.type, data: JSON.stringify(event) });
}

/** Encodes a comment, which readers ignore; a heartbeat is an empty one. */
export function encodeComment(text = ''): string {
  return `${text
    .split(LINE_END)
    .map((part) => (part === '' ? ':' : `: ${part}`))
    .join('\n')}\n\n`;
}

/** Encodes the time after which a reader reconnects, in milliseconds. */
export function encodeRetry(delayMs: number): string {
  return `retry: ${Math.max(0, Math.trunc(delayMs))}\n\n`;
}

function line(field: 'id' | 'event', value: string): string {
  if (BREAKS_LINE.test(value))
    throw new TypeError(
      `${field} of an SSE frame must be one line without NUL; got ${JSON.stringify(value)}`,
    );
  return `${field}: ${value}\n`;
}
