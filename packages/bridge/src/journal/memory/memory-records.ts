import type { EventEpoch, PromptId, SessionId } from '@holdfast/protocol';
import type { IdempotencyRecord, JournalEntry, JournalEvent } from '../../ports/journal.ts';
import type { PromptRecord } from '../../ports/prompt-record.ts';
import type { IndexChange, SessionRow } from '../../ports/session-index.ts';

/** What is recorded of one session. */
export interface MemoryStream {
  entries: JournalEntry[];
  events: JournalEvent[];
}

export interface MemoryRow {
  /** Number of creation: breaks ties of the sort key. */
  readonly number: number;
  readonly row: SessionRow;
  /** Number of its last change. */
  readonly indexSeq: number;
}

/** A session that was erased; `removedAt` is epoch ms. */
export interface MemoryRemoval extends IndexChange {
  readonly removedAt: number;
}

/** What a memory store holds; handed to the next one it survives a close, as a file would. */
export interface MemoryRecords {
  epoch: EventEpoch | undefined;
  indexSeq: number;
  /** Readers that know of no later change cannot be told of everything any more. */
  indexFloor: number;
  rowsEver: number;
  readonly streams: Map<SessionId, MemoryStream>;
  readonly rows: Map<SessionId, MemoryRow>;
  removed: readonly MemoryRemoval[];
  readonly keys: Map<string, IdempotencyRecord>;
  readonly prompts: Map<PromptId, PromptRecord>;
}

/** Nothing yet. */
export function memoryRecords(): MemoryRecords {
  return {
    epoch: undefined,
    ...{ indexSeq: 0, indexFloor: 0, rowsEver: 0, removed: [] },
    ...{ streams: new Map(), rows: new Map(), keys: new Map(), prompts: new Map() },
  };
}

/** Names a key within its scope; neither part can be read as the other. */
export const keyName = (scope: string, key: string): string => JSON.stringify([scope, key]);
