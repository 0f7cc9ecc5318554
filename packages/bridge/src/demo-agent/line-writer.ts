import type { Writable } from 'node:stream';

/** The agent's only way to its stdout, so that updates and answers keep the order in which they were made. */
export interface LineWriter {
  /** Sends one line; the newline is added. */
  line(text: string): void;
  /** Sends text as it is, without a newline. */
  raw(text: string): void;
  /** True while the reader is behind: a producer of many lines awaits `drained` before it goes on. */
  readonly isCongested: boolean;
  /** Resolves when the reader has caught up, or is gone. */
  drained(): Promise<void>;
  /** Resolves when all that was sent is with the kernel, or after `limitMs` when nobody reads. */
  flushed(limitMs: number): Promise<void>;
}

const CHUNK_CHARS = 64 * 1024;

/** Writes lines to `output`; what is sent in one go travels in one write. */
export function createLineWriter(output: Writable): LineWriter {
  let pending = '';
  const flush = () => {
    if (pending === '') return;
    const chunk = pending;
    pending = '';
    output.write(chunk);
  };
  const raw = (text: string) => {
    if (pending === '') queueMicrotask(flush);
    pending += text;
    if (pending.length >= CHUNK_CHARS) flush();
  };
  // A reader that has gone shows up as the end of stdin; its broken pipe says nothing more.
  output.on('error', () => {});
  return {
    line: (text) => raw(`${text}\n`),
    raw,
    get isCongested() {
      return output.writableNeedDrain;
    },
    drained: () => settled(output),
    flushed: (limitMs) => {
      flush();
      return new Promise((resolve) => {
        const limit = setTimeout(resolve, limitMs);
        output.write('', () => {
          clearTimeout(limit);
          resolve();
        });
      });
    },
  };
}

function settled(output: Writable): Promise<void> {
  if (!output.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      output.off('drain', done).off('close', done);
      resolve();
    };
    output.on('drain', done).on('close', done);
  });
}
