import type { EventEpoch, PromptId, SessionId } from '@holdfast/protocol';
import type { PromptRecord } from './prompt-record.ts';
import type { SessionRow } from './session-index.ts';

/** A recorded event: `json` is the whole envelope as it travels, encoded once. */
export interface JournalEvent {
  readonly kind: 'event';
  /** The event id: from 1, strictly increasing over the session's whole life. */
  readonly seq: number;
  readonly type: string;
  readonly json: string;
}

/** Something the session must remember that no reader sees (an admission, a binding, a registration). Takes no id. */
export interface JournalFact {
  readonly kind: 'fact';
  readonly type: string;
  readonly json: string;
}

export type JournalEntry = JournalEvent | JournalFact;

/** Entries of one session, in order. */
export interface Append {
  readonly sessionId: SessionId;
  /** Id of the last event before this append; 0 for a new session. */
  readonly expectedSeq: number;
  readonly entries: readonly JournalEntry[];
}

/** A stored answer to an idempotent request. */
export interface IdempotencyRecord {
  /** principal + operation + session: a key means nothing outside its scope. */
  readonly scope: string;
  readonly key: string;
  readonly bodyHash: string;
  /** The session the answer is about: erasing it erases the answer. */
  readonly sessionId: SessionId;
  /** The first 2xx answer, JSON. */
  readonly answer: string;
  readonly createdAt: number;
}

/** The events of a session before `beforeSeq` are given up; its last event always stays. */
export interface Horizon {
  readonly sessionId: SessionId;
  readonly beforeSeq: number;
}

/** One write: all of it or nothing. */
export interface Commit {
  readonly appends?: readonly Append[];
  /** Index rows to insert or replace. */
  readonly rows?: readonly SessionRow[];
  readonly keys?: readonly IdempotencyRecord[];
  /** Prompts of the sessions above, to be found by their ids; each in place of what was known of it. */
  readonly prompts?: readonly PromptRecord[];
  /**
   * Events that no reader gets any more. What means nothing to the session's state is deleted, a little at a time; `history`
   * still has the rest. One that lies behind an earlier one changes nothing.
   */
  readonly forget?: readonly Horizon[];
  /** Sessions to remove with everything that belongs to them (rows, events, facts, keys). */
  readonly erase?: readonly SessionId[];
  /** Whether an acknowledgement, or a turn's start or end rides in it: under `acks` such a commit survives power loss. */
  readonly isAcknowledged: boolean;
}

/** Where a session's events begin and end. */
export interface JournalRange {
  /** Id of the earliest retained event; lastSeq + 1 when there is none. */
  readonly earliestSeq: number;
  /** Id of the last event; 0 when there is none. */
  readonly lastSeq: number;
  /** Id the next event takes: lastSeq + 1, or beyond a range skipped after a power loss. */
  readonly nextSeq: number;
}

/** What one read may return at most. At least one event is returned when there is one. */
export interface ReadLimit {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/**
 * The journal is the bus: events are durable before anyone sees them, and every reader is a cursor into it.
 */
export interface Journal {
  readonly epoch: EventEpoch;
  /**
   * Writes all or nothing and resolves when durable; watchers hear of it first. Commits of one event-loop tick share
   * a transaction, in call order.
   * @throws journal_conflict if `expectedSeq` is not the session's tail.
   * @throws journal_unavailable if the store refuses to write (disk full, read-only).
   */
  commit(commit: Commit): Promise<void>;
  /** Events after `after` that are retained, in order, within `limit`; empty at the tail. A damaged row reads as one `journal_gap`. */
  read(sessionId: SessionId, after: number, limit: ReadLimit): Promise<readonly JournalEvent[]>;
  /** The last events before `before`, in order, as many as `limit` allows; the events before them are not touched. */
  readBack(sessionId: SessionId, before: number, limit: ReadLimit): Promise<readonly JournalEvent[]>;
  /** What is recorded of a session, events and facts in their order, from the beginning; of what was forgotten what counts. */
  history(sessionId: SessionId): AsyncIterable<JournalEntry>;
  range(sessionId: SessionId): Promise<JournalRange>;
  /** Hears each committed batch of a session's events after it is durable, in order, until the returned call. */
  watch(sessionId: SessionId, onCommitted: (events: readonly JournalEvent[]) => void): () => void;
  findKey(scope: string, key: string): Promise<IdempotencyRecord | undefined>;
  /** An accepted prompt, whichever session it is of; undefined for one that never was. Cost does not grow with history. */
  findPrompt(promptId: PromptId): Promise<PromptRecord | undefined>;
  /** Forgets stored answers made before `createdBefore` (epoch ms). */
  forgetKeys(createdBefore: number): Promise<void>;
  /** Resolves when little enough waits to be written that agents may be read on; undefined when that is now. */
  pressure(): Promise<void> | undefined;
  /** Writes what is pending and closes. */
  close(): Promise<void>;
}
