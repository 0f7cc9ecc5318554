import { TextDecoder } from 'node:util';
import { DaemonError } from '@holdfast/protocol';

/** The longest line taken; agents do send lines of ten million characters. */
const maxLineChars = 64 * 1024 * 1024;
/** The largest file taken. */
export const maxUploadBytes = 1024 * 1024 * 1024;

export interface UploadLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of a file that arrives in pieces; a last one without its end counts too, empty ones do not.
 * @throws body_too_large; invalid_import for what is no UTF-8
 */
export async function* uploadLines(
  upload: AsyncIterable<Uint8Array>,
): AsyncGenerator<UploadLine, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let sizeBytes = 0;
  let number = 0;
  let rest: string[] = [];
  let restChars = 0;
  for await (const piece of upload) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > maxUploadBytes) throw tooLarge(`the file is longer than ${maxUploadBytes} bytes`);
    const lines = decoded(decoder, piece, number + 1).split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      number += 1;
      const text = rest.join('') + line;
      rest = [];
      restChars = 0;
      if (text !== '') yield { number, text };
    }
    rest.push(last);
    restChars += last.length;
    if (restChars > maxLineChars)
      throw tooLarge(`line ${number + 1} is longer than ${maxLineChars} characters`);
  }
  const text = rest.join('') + decoded(decoder, undefined, number + 1);
  if (text !== '') yield { number: number + 1, text };
}

function decoded(decoder: TextDecoder, piece: Uint8Array | undefined, line: number): string {
  try {
    return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
  } catch (thrown) {
    throw new DaemonError(
      'invalid_import',
      `line ${line} or one soon after is not UTF-8; export the session again`,
      { line },
      { cause: thrown },
    );
  }
}

const tooLarge = (message: string): DaemonError =>
  new DaemonError('body_too_large', `${message}; import a shorter session`);
