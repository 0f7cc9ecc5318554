import type { CareProgress } from '@holdfast/bridge';

/** What progress is written to. */
interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows how far something long has come on one line of a terminal, rewritten at each percent; nothing elsewhere. */
export function progressLine(screen: Screen) {
  let shown = '';
  return {
    onProgress({ done, total, unit }: CareProgress): void {
      if (screen.isTTY !== true || total === 0) return;
      const line = `${Math.floor((done / total) * 100)} % of ${total} ${unit}`;
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
