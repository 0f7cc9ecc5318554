import type { Commit } from '../ports/journal.ts';
import type { Logger } from '../ports/logger.ts';

interface Watcher {
  readonly onChanged: () => void;
}

/** Who is told that the index may have changed. */
export class IndexWatchers {
  readonly #logger: Logger;
  readonly #watchers = new Set<Watcher>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Calls `onChanged` until the returned call. */
  watch(onChanged: () => void): () => void {
    const watcher = { onChanged };
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Tells everyone of a commit that is durable now, if it wrote or erased a row. */
  announce({ rows = [], erase = [] }: Commit): void {
    if (this.#watchers.size === 0 || (rows.length === 0 && erase.length === 0)) return;
    for (const watcher of this.#watchers) {
      try {
        watcher.onChanged();
      } catch (thrown) {
        // What is committed is committed: one watcher's fault must reach neither the writer nor the other watchers.
        this.#logger.error({ err: thrown }, 'a watcher of the session index threw');
      }
    }
  }
}
