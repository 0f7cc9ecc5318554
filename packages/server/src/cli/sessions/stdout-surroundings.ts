import { systemClock } from '@holdfast/bridge';
import { type Paint, paintFor } from '../paint.ts';

/** Where a command writes: the time, the width of the terminal if it is one, and its colours. */
export const stdoutSurroundings = (): { nowMs: number; width: number | undefined; paint: Paint } => ({
  nowMs: systemClock.now(),
  width: process.stdout.isTTY ? process.stdout.columns : undefined,
  paint: paintFor(process.stdout),
});
