import type { IndexSubscription, SessionChange, SessionList } from '@holdfast/bridge';
import { type SessionId, type SessionPatch, type SessionRow, sessionIdFrom } from '@holdfast/protocol';

/** A session index in arrays: what a stream of its changes needs, under a test's control. */
export class FakeIndex {
  readonly watchers = new Set<() => void>();
  readers = 0;
  lastSeq = 0;
  /** What a read waits for before and after it looks; a test may hold it back or make it fail. */
  aroundRead: () => Promise<void> = async () => {};
  /** Sessions by number: which change was their last, and whether it erased them. */
  readonly #changed = new Map<number, { readonly indexSeq: number; readonly isErased: boolean }>();

  /** Writes a session's row, its number of clients that of the change, and tells the watchers. */
  change(session: number): void {
    this.#write(session, false);
  }

  erase(session: number): void {
    this.#write(session, true);
  }

  /** What there is: by session, its last change. */
  get truth(): ReadonlyMap<string, number> {
    const there = [...this.#changed].filter(([, { isErased }]) => !isErased);
    return new Map(there.map(([session, { indexSeq }]) => [idOf(session), indexSeq]));
  }

  /** A reader after `after`; without it from now on. */
  subscribe(after?: number, extra: Partial<IndexSubscription> = {}): IndexSubscription {
    this.readers += 1;
    let isHere = true;
    return {
      after: after ?? this.lastSeq,
      isContinued: after !== undefined,
      snapshot: async () => this.list(),
      read: async (cursor, limit) => {
        await this.aroundRead();
        const page = this.#after(cursor).slice(0, limit);
        await this.aroundRead();
        return page;
      },
      watch: (onChanged) => {
        const own = () => onChanged();
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

  list(): SessionList {
    const sessions = [...this.truth].map(([sessionId, indexSeq]) => rowOf(sessionId as SessionId, indexSeq));
    return { sessions, total: sessions.length, indexSeq: this.lastSeq };
  }

  #after(cursor: number): readonly SessionChange[] {
    return [...this.#changed]
      .filter(([, { indexSeq }]) => indexSeq > cursor)
      .sort(([, one], [, other]) => one.indexSeq - other.indexSeq)
      .map(([session, { indexSeq, isErased }]) => {
        const sessionId = idOf(session);
        // A row as it travels; readers look at nothing else of it.
        const patch = rowOf(sessionId, indexSeq) as unknown as SessionPatch;
        return { indexSeq, sessionId, patch: isErased ? undefined : patch };
      });
  }

  #write(session: number, isErased: boolean): void {
    this.lastSeq += 1;
    this.#changed.set(session, { indexSeq: this.lastSeq, isErased });
    for (const heard of [...this.watchers]) heard();
  }
}

const idOf = (session: number): SessionId =>
  sessionIdFrom(`00000000-0000-4000-8000-${String(session).padStart(12, '0')}`);

const rowOf = (sessionId: SessionId, clientCount: number): SessionRow => ({
  sessionId,
  workspaceCwd: '/work',
  agent: 'demo',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  clientCount,
  hasActivePrompt: false,
  isWaitingForPermission: false,
  state: 'idle',
  generation: 1,
  revision: 0,
  lastEventId: 1,
});
