import { openSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { ReadStream } from 'node:tty';

/** A terminal a person sits at. */
export interface Terminal {
  /** The line typed after the question; undefined when the terminal went away. Rejects when the signal aborts. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  close(): void;
}

/** The terminal to ask at: stdin, or the controlling one when stdin is a pipe; undefined when nobody is there. */
export function openTerminal(): Terminal | undefined {
  const input = process.stdin.isTTY ? process.stdin : controllingTerminal();
  if (input === undefined || !process.stderr.isTTY) return undefined;
  return {
    async ask(question, signal) {
      // Without `terminal` the line discipline stays the kernel's, so that Ctrl-C stays a signal.
      const lines = createInterface({ input, output: process.stderr, terminal: false });
      const gone = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
      try {
        return await Promise.race([lines.question(question, { signal }), gone]);
      } finally {
        lines.close();
      }
    },
    close() {
      if (input === process.stdin) input.pause();
      else input.destroy();
    },
  };
}

function controllingTerminal(): ReadStream | undefined {
  try {
    return new ReadStream(openSync('/dev/tty', 'r'));
  } catch {
    // No controlling terminal (a service, a pipeline in CI) or no such device.
    return undefined;
  }
}
