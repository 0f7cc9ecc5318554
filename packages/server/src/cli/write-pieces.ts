import { once } from 'node:events';
import type { Piece } from './run/answer-view.ts';

/** Writes pieces in order, waiting for a slow reader. */
export async function writePieces(pieces: readonly Piece[]): Promise<void> {
  for (const { to, text } of pieces) {
    const stream = to === 'answer' ? process.stdout : process.stderr;
    if (!stream.write(text)) await once(stream, 'drain');
  }
}
