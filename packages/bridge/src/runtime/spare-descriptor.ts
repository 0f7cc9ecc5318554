import { closeSync, openSync } from 'node:fs';

let holders = 0;
let spare: number | undefined;

/** Keeps a file descriptor back for this process, until the returned call. */
export function keepSpareDescriptor(): () => void {
  holders += 1;
  take();
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    holders -= 1;
    if (holders === 0) give();
  };
}

/** Runs `task`, which opens one file at a time and returns at once, where there may be no descriptor but the spare one. */
export function withSpareDescriptor<Result>(task: () => Result): Result {
  give();
  try {
    return task();
  } finally {
    if (holders > 0) take();
  }
}

function take(): void {
  try {
    spare ??= openSync('/dev/null', 'r');
  } catch {
    // Somebody was quicker, or there is no such file: the next one who needs it may find none.
  }
}

function give(): void {
  if (spare !== undefined) closeSync(spare);
  spare = undefined;
}
