import { sizeText } from './size-text.ts';

/** How far something long has come. */
export interface Progress {
  readonly done: number;
  /** Undefined while nobody knows; 0 where there is nothing to do. */
  readonly total: number | undefined;
  /** What is counted; `bytes` are shown as a size. */
  readonly unit: string;
}

/** What progress is written to. */
interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows how far something long has come on one line of a terminal, rewritten when it changes; nothing elsewhere. */
export function progressLine(screen: Screen) {
  let shown = '';
  return {
    onProgress(progress: Progress): void {
      if (screen.isTTY !== true || progress.total === 0) return;
      const line = lineOf(progress);
      if (line === shown) return;
      screen.write(`\r${line.padEnd(shown.length)}`);
      shown = line;
    },
    /** Leaves the line empty. */
    clear(): void {
      if (shown !== '') screen.write(`\r${' '.repeat(shown.length)}\r`);
      shown = '';
    },
  };
}

function lineOf({ done, total, unit }: Progress): string {
  const amount = (count: number) => (unit === 'bytes' ? sizeText(count) : `${count} ${unit}`);
  if (total === undefined) return amount(done);
  return `${Math.min(100, Math.floor((done / total) * 100))} % of ${amount(total)}`;
}
