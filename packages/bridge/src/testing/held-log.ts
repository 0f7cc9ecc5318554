import { type LogFile, openLogFile } from '../journal/sqlite/log-file.ts';

/** A log on a disk that is as slow as a test says: a sync ends when the test lets it. */
export interface HeldLog {
  readonly open: (path: string) => LogFile;
  /** Syncs that were asked for so far. */
  readonly asked: number;
  /** Syncs under way. */
  readonly pending: number;
  /** Ends the oldest sync under way; with an error it fails. */
  end(error?: Error): void;
  /** From now on every sync ends at once. */
  letGo(): void;
}

/** Makes one. Nothing really reaches the disk, which a killed process does not need either. */
export function heldLog(): HeldLog {
  const pending: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  let asked = 0;
  let isHeld = true;
  return {
    open: (path) => ({
      ...openLogFile(path),
      sync() {
        asked += 1;
        if (!isHeld) return Promise.resolve();
        return new Promise((resolve, reject) => pending.push({ resolve, reject }));
      },
    }),
    get asked() {
      return asked;
    },
    get pending() {
      return pending.length;
    },
    end(error) {
      const sync = pending.shift();
      if (error === undefined) sync?.resolve();
      else sync?.reject(error);
    },
    letGo() {
      isHeld = false;
      for (const { resolve } of pending.splice(0)) resolve();
    },
  };
}
