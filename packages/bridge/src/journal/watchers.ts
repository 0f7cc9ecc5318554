import type { SessionId } from '@holdfast/protocol';
import type { Commit, JournalEntry, JournalEvent } from '../ports/journal.ts';
import type { Logger } from '../ports/logger.ts';

type Listener = (events: readonly JournalEvent[]) => void;
interface Watcher {
  readonly listener: Listener;
  isWatching: boolean;
}

/** Who hears of which session's committed events. */
export class Watchers {
  // Lists are replaced, never changed: a round of calls is unmoved by who comes and goes during it.
  readonly #bySession = new Map<SessionId, readonly Watcher[]>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Calls `listener` with each batch until the returned call. */
  watch(sessionId: SessionId, listener: Listener): () => void {
    const watcher: Watcher = { listener, isWatching: true };
    this.#bySession.set(sessionId, [...(this.#bySession.get(sessionId) ?? []), watcher]);
    return () => {
      if (!watcher.isWatching) return;
      watcher.isWatching = false;
      const rest = (this.#bySession.get(sessionId) ?? []).filter((other) => other !== watcher);
      if (rest.length > 0) this.#bySession.set(sessionId, rest);
      else this.#bySession.delete(sessionId);
    };
  }

  /** Tells everyone concerned of a commit that is durable now. */
  announce(commit: Commit): void {
    if (this.#bySession.size === 0) return;
    for (const append of commit.appends ?? []) {
      const watchers = this.#bySession.get(append.sessionId);
      if (watchers === undefined) continue;
      const events = append.entries.every(isEvent) ? append.entries : append.entries.filter(isEvent);
      if (events.length > 0) for (const watcher of watchers) this.#call(watcher, append.sessionId, events);
    }
  }

  #call(watcher: Watcher, sessionId: SessionId, events: readonly JournalEvent[]): void {
    if (!watcher.isWatching) return;
    try {
      watcher.listener(events);
    } catch (thrown) {
      // What is committed is committed: one watcher's fault must reach neither the writer nor the other watchers.
      this.#logger.error({ err: thrown, sessionId }, 'a watcher of the journal threw');
    }
  }
}

function isEvent(entry: JournalEntry): entry is JournalEvent {
  return entry.kind === 'event';
}
