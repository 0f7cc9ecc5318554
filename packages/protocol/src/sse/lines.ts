/** The platform's decoder, of which only this much is used; neither Node's nor the browser's types are at hand here. */
declare const TextDecoder: new (
  label: 'utf-8',
  options: { readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array, options: { readonly stream: boolean }): string };

const BYTE_ORDER_MARK = '\ufeff';

/** Splits a stream into lines at CR, LF and CRLF, whatever its chunks; `undefined` stands for a line over the limit. */
export class SseLines {
  #maxLineChars: number;
  #decoder: InstanceType<typeof TextDecoder> | undefined;
  #isStart = true;
  /** The chunk before ended in CR: a leading LF belongs to it. */
  #endedInCr = false;
  #parts: string[] = [];
  #partChars = 0;

  constructor(maxLineChars: number) {
    this.#maxLineChars = maxLineChars;
  }

  push(chunk: string | Uint8Array): (string | undefined)[] {
    const text = this.#withoutPrefix(typeof chunk === 'string' ? chunk : this.#decode(chunk));
    const lines: (string | undefined)[] = [];
    if (text === '') return lines;
    let start = 0;
    let lf = text.indexOf('\n');
    let cr = text.indexOf('\r');
    while (lf >= 0 || cr >= 0) {
      const isCr = cr >= 0 && (lf < 0 || cr < lf);
      const end = isCr ? cr : lf;
      lines.push(this.#take(text.slice(start, end)));
      start = isCr && lf === end + 1 ? end + 2 : end + 1;
      if (lf >= 0 && lf < start) lf = text.indexOf('\n', start);
      if (isCr) cr = text.indexOf('\r', start);
      if (isCr && start === text.length) this.#endedInCr = text.endsWith('\r');
    }
    if (start < text.length) this.#keep(text.slice(start));
    return lines;
  }

  #decode(bytes: Uint8Array): string {
    this.#decoder ??= new TextDecoder('utf-8', { ignoreBOM: true });
    return this.#decoder.decode(bytes, { stream: true });
  }

  #withoutPrefix(text: string): string {
    if (text === '') return text;
    let from = 0;
    if (this.#isStart && text.startsWith(BYTE_ORDER_MARK)) from = 1;
    if (this.#endedInCr && text.startsWith('\n')) from = 1;
    this.#isStart = false;
    this.#endedInCr = false;
    return from === 0 ? text : text.slice(from);
  }

  #keep(part: string): void {
    this.#partChars += part.length;
    if (this.#partChars > this.#maxLineChars) this.#parts = [];
    else this.#parts.push(part);
  }

  #take(rest: string): string | undefined {
    if (this.#partChars === 0) return rest.length > this.#maxLineChars ? undefined : rest;
    const isOversized = this.#partChars + rest.length > this.#maxLineChars;
    const line = isOversized ? undefined : this.#parts.join('') + rest;
    this.#parts = [];
    this.#partChars = 0;
    return line;
  }
}
