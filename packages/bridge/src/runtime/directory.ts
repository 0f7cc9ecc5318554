import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';

type Found =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'problem'; readonly problem: string };

/** Resolves a path to its canonical directory, links followed, or says what is wrong with it. */
export async function directoryAt(path: string): Promise<Found> {
  try {
    const canonical = await realpath(path);
    const isDirectory = (await stat(canonical)).isDirectory();
    return isDirectory
      ? { kind: 'directory', path: canonical }
      : { kind: 'problem', problem: 'is no directory' };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { kind: 'problem', problem: isMissing ? 'does not exist' : 'cannot be read' };
  }
}

/** Twelve hex digits that stand for a text. */
export const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 12);
