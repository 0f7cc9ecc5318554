import type { JournalEvent, ReadLimit, Subscription } from '@holdfast/bridge';

type Heard = (events: readonly JournalEvent[]) => void;

/** A session's events in an array: what a subscription needs, under a test's control. */
export class FakeLog {
  readonly events: JournalEvent[] = [];
  readonly watchers = new Set<Heard>();
  readers = 0;
  /** Whether readers hear of a commit only at `announce`: events can be read a moment before they are heard of. */
  isAnnouncedLater = false;
  #unannounced: (readonly JournalEvent[])[] = [];
  /** Events before this id are forgotten. */
  earliestSeq = 1;
  /** What a read waits for before and after it looks; a test may hold it back or make it fail. */
  aroundRead: () => Promise<void> = async () => {};

  get lastSeq(): number {
    return this.events.at(-1)?.seq ?? 0;
  }

  /** Commits one batch; watchers hear of it at once, unless `isAnnouncedLater`. */
  commit(...texts: readonly string[]): void {
    this.commitTyped(texts.map((text) => ({ type: 'session_update', text })));
  }

  commitTyped(
    batch: readonly { readonly type: string; readonly text: string; readonly seq?: number }[],
  ): void {
    const events: JournalEvent[] = [];
    for (const { type, text, seq = (events.at(-1)?.seq ?? this.lastSeq) + 1 } of batch) {
      const json = JSON.stringify({ id: seq, v: 1, type, data: { text }, _meta: { serverTimestamp: 0 } });
      events.push({ kind: 'event', seq, type, json });
    }
    this.events.push(...events);
    this.#unannounced.push(events);
    if (!this.isAnnouncedLater) this.announce();
  }

  /** Tells the watchers what they have not heard of yet, batch by batch. */
  announce(): void {
    for (const events of this.#unannounced.splice(0)) for (const heard of [...this.watchers]) heard(events);
  }

  /** A reader after `after`; from now on without it. */
  subscribe(after?: number, extra: Partial<Subscription> = {}): Subscription {
    this.readers += 1;
    let isHere = true;
    return {
      after: after ?? this.lastSeq,
      replayTo: after === undefined ? undefined : this.lastSeq,
      read: async (cursor, limit) => {
        await this.aroundRead();
        const page = this.#page(cursor, limit);
        await this.aroundRead();
        return page;
      },
      missed: async (cursor) =>
        cursor >= this.earliestSeq - 1
          ? undefined
          : {
              reason: 'history_trimmed',
              lastDeliveredId: cursor,
              earliestAvailableId: this.earliestSeq,
            },
      watch: (heard) => {
        const own: Heard = (events) => heard(events);
        this.watchers.add(own);
        return () => void this.watchers.delete(own);
      },
      leave: () => {
        if (isHere) this.readers -= 1;
        isHere = false;
      },
      ...extra,
    };
  }

  #page(cursor: number, { maxEvents, maxBytes }: ReadLimit): readonly JournalEvent[] {
    const page: JournalEvent[] = [];
    let bytes = 0;
    for (const event of this.events) {
      if (event.seq <= cursor || event.seq < this.earliestSeq) continue;
      bytes += event.json.length;
      if (page.length > 0 && (bytes > maxBytes || page.length >= maxEvents)) break;
      page.push(event);
    }
    return page;
  }
}
