import type { SessionId, SessionPatch } from '@holdfast/protocol';
import type { ListSessionsRequest, SessionList } from './list-request.ts';

/** The latest state of a session that changed; no patch once it was erased. */
export interface SessionChange {
  readonly indexSeq: number;
  readonly sessionId: SessionId;
  readonly patch: SessionPatch | undefined;
}

/** One reader of the session index: a cursor and a wake-up, nothing else. */
export interface IndexSubscription {
  /** Read changes after this one first. */
  readonly after: number;
  /** Set when the reader's cursor means nothing any more: tell it, then start at `after`. */
  readonly reset?: 'epoch_changed' | 'cursor_unknown' | 'cursor_expired';
  /** Whether the reader goes on from its own cursor: it needs no snapshot. */
  readonly isContinued: boolean;
  /** The first page of the list, previews included; changes after its `indexSeq` are told by `read`. */
  snapshot(filters: ListSessionsRequest): Promise<SessionList>;
  /** At most `limit` changes after `after`, each session once with its latest state; empty: nothing more now. */
  read(after: number, limit: number): Promise<readonly SessionChange[]>;
  /** Is told that there may be changes, until the returned call. */
  watch(onChanged: () => void): () => void;
  /** The reader is gone. Idempotent. */
  leave(): void;
}

export interface WatchSessionsRequest {
  /** `indexSeq` of the last change the reader knows; absent = from now. */
  readonly after?: number;
  /** The event epoch the reader's cursor belongs to, when it says. */
  readonly epoch?: string;
}
