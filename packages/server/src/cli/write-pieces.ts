import { once } from 'node:events';
import type { Piece } from './run/answer-view.ts';

/** Writes pieces in order, waiting for a slow reader; nothing for one that left. */
export async function writePieces(pieces: readonly Piece[]): Promise<void> {
  for (const { to, text } of pieces) {
    const stream = to === 'answer' ? process.stdout : process.stderr;
    if (stream.errored !== null || stream.destroyed) continue;
    if (stream.write(text)) continue;
    await once(stream, 'drain').catch((error: unknown) => {
      if (!isReaderGone(error)) throw error;
    });
  }
}

/** Whoever read our output has closed it (holdfast … | head). */
export const isReaderGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EPIPE';
