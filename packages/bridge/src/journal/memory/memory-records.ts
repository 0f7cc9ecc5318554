import type { EventEpoch, SessionId } from '@holdfast/protocol';
import type { IdempotencyRecord, JournalEntry, JournalEvent } from '../../ports/journal.ts';
import type { SessionRow } from '../../ports/session-index.ts';

/** What is recorded of one session. */
export interface MemoryStream {
  readonly entries: JournalEntry[];
  readonly events: JournalEvent[];
}

export interface MemoryRow {
  /** Number of creation: breaks ties of the sort key. */
  readonly number: number;
  readonly row: SessionRow;
}

/** What a memory store holds; handed to the next one it survives a close, as a file would. */
export interface MemoryRecords {
  epoch: EventEpoch | undefined;
  indexSeq: number;
  rowsEver: number;
  readonly streams: Map<SessionId, MemoryStream>;
  readonly rows: Map<SessionId, MemoryRow>;
  readonly keys: Map<string, IdempotencyRecord>;
}

/** Nothing yet. */
export function memoryRecords(): MemoryRecords {
  return { epoch: undefined, indexSeq: 0, rowsEver: 0, streams: new Map(), rows: new Map(), keys: new Map() };
}

/** Names a key within its scope; neither part can be read as the other. */
export const keyName = (scope: string, key: string): string => JSON.stringify([scope, key]);
