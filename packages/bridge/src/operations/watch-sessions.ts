import { DaemonError, type SessionPatch } from '@holdfast/protocol';
import type { IndexSubscription, SessionChange, WatchSessionsRequest } from '../api/index-subscription.ts';
import type { Core } from '../core.ts';
import type { IndexChange, IndexRange, ListedSession } from '../ports/session-index.ts';
import { rowOf } from '../session/summary.ts';
import { listSessions } from './list-sessions.ts';

/** How many read the index now. */
export class IndexReaders {
  #count = 0;

  /** Counts one more until the returned call. @throws subscriber_limit_exceeded */
  join(limit: number): () => void {
    if (this.#count >= limit) {
      throw new DaemonError(
        'subscriber_limit_exceeded',
        `the session index has ${limit} readers, the most allowed`,
        { limit },
      );
    }
    this.#count += 1;
    let isHere = true;
    return () => {
      if (isHere) this.#count -= 1;
      isHere = false;
    };
  }
}

/** Registers a reader of the session index. @throws subscriber_limit_exceeded */
export function watchSessions(
  core: Core,
  readers: IndexReaders,
  request: WatchSessionsRequest,
): IndexSubscription {
  const { index } = core;
  const start = startOf(request, index.range(), core.epoch);
  return {
    ...start,
    leave: readers.join(core.limits.maxSubscribers),
    watch: (onChanged) => index.watch(onChanged),
    snapshot: (filters) => listSessions(core, { ...filters, cursor: undefined, hasPreviews: true }),
    read: async (after, limit) => (await index.changes(after, limit)).map(changeOf),
  };
}

/** Where a reader begins, and what it must be told first. */
function startOf(
  { after, epoch }: WatchSessionsRequest,
  { earliestSeq, lastSeq }: IndexRange,
  ourEpoch: string,
): Pick<IndexSubscription, 'after' | 'reset' | 'isContinued'> {
  const anew = { after: lastSeq, isContinued: false };
  if (after === undefined) return anew;
  if (epoch !== undefined && epoch !== ourEpoch) return { ...anew, reset: 'epoch_changed' };
  if (after > lastSeq) return { ...anew, reset: 'cursor_unknown' };
  if (after < earliestSeq) return { ...anew, reset: 'cursor_expired' };
  return { after, isContinued: true };
}

const changeOf = ({ indexSeq, sessionId, row }: IndexChange): SessionChange => ({
  indexSeq,
  sessionId,
  patch: row && patchOf(row),
});

/** The whole row: whatever field it lacks is said to be gone. */
function patchOf(session: ListedSession): SessionPatch {
  const row = rowOf(session);
  return {
    ...row,
    displayName: row.displayName ?? null,
    title: row.title ?? null,
    agentTitle: row.agentTitle ?? null,
    alias: row.alias ?? null,
    labels: row.labels ?? null,
    pinned: row.pinned ?? null,
    protected: row.protected ?? null,
    archived: row.archived ?? null,
    parentSessionId: row.parentSessionId ?? null,
    lastTurn: row.lastTurn ?? null,
    activePromptId: row.activePromptId ?? null,
    usage: row.usage ?? null,
    preview: row.preview ?? null,
  };
}
