import { asDaemonError, type DaemonError, type SessionId } from '@holdfast/protocol';
import type { Append, Commit, Horizon, JournalEntry, JournalRange } from '../../ports/journal.ts';
import { admitAppends, emptyRange } from '../admit-append.ts';
import type { Outcomes } from '../group-commit.ts';
import { keepRemovalsMs } from '../keep-removals.ts';
import { passingUpdates } from '../passing-updates.ts';
import { keyName, type MemoryRecords } from './memory-records.ts';

/** Writes each commit whole or, when it conflicts, not at all. */
export function writeToMemory(records: MemoryRecords, commits: readonly Commit[], now: number): Outcomes {
  return commits.map((commit) => writeOne(records, commit, now));
}

/** Where a session's events begin and end. */
export function memoryRange(records: MemoryRecords, sessionId: SessionId): JournalRange {
  const events = records.streams.get(sessionId)?.events ?? [];
  const lastSeq = events.at(-1)?.seq ?? 0;
  return { earliestSeq: events[0]?.seq ?? emptyRange.earliestSeq, lastSeq, nextSeq: lastSeq + 1 };
}

function writeOne(records: MemoryRecords, commit: Commit, now: number): DaemonError | undefined {
  const { appends = [], rows = [], keys = [], prompts = [], forget = [], erase = [] } = commit;
  try {
    admitAppends(appends, ({ sessionId }) => memoryRange(records, sessionId));
  } catch (thrown) {
    return asDaemonError(thrown);
  }
  for (const append of appends) addEntries(records, append);
  for (const row of rows) {
    records.indexSeq += 1;
    const known = records.rows.get(row.sessionId);
    if (known === undefined) records.rowsEver += 1;
    const number = known?.number ?? records.rowsEver;
    records.rows.set(row.sessionId, { number, row, indexSeq: records.indexSeq });
  }
  for (const record of keys) records.keys.set(keyName(record.scope, record.key), record);
  for (const record of prompts) records.prompts.set(record.promptId, record);
  for (const horizon of forget) forgetEvents(records, horizon);
  for (const sessionId of erase) eraseSession(records, sessionId, now);
  return undefined;
}

function addEntries(records: MemoryRecords, { sessionId, entries }: Append): void {
  if (entries.length === 0) return;
  const stream = records.streams.get(sessionId) ?? { entries: [], events: [] };
  records.streams.set(sessionId, stream);
  for (const entry of entries) {
    stream.entries.push(entry);
    if (entry.kind === 'event') stream.events.push(entry);
  }
}

function forgetEvents(records: MemoryRecords, { sessionId, beforeSeq }: Horizon): void {
  const stream = records.streams.get(sessionId);
  if (stream === undefined) return;
  const before = Math.min(beforeSeq, stream.events.at(-1)?.seq ?? 0);
  const isKept = (entry: JournalEntry) => entry.kind === 'fact' || entry.seq >= before;
  stream.entries = stream.entries.filter((entry) => isKept(entry) || !isPassing(entry));
  stream.events = stream.events.filter(isKept);
}

function isPassing({ type, json }: JournalEntry): boolean {
  if (type !== 'session_update') return false;
  // Written by our own encoder as a session_update envelope.
  const { data } = JSON.parse(json) as { data?: { update?: { sessionUpdate?: string } } };
  return passingUpdates.includes(data?.update?.sessionUpdate ?? '');
}

function eraseSession(records: MemoryRecords, sessionId: SessionId, now: number): void {
  records.streams.delete(sessionId);
  if (records.rows.delete(sessionId)) recordRemoval(records, sessionId, now);
  for (const [name, record] of records.keys) {
    if (record.sessionId === sessionId) records.keys.delete(name);
  }
  for (const [promptId, record] of records.prompts) {
    if (record.sessionId === sessionId) records.prompts.delete(promptId);
  }
}

function recordRemoval(records: MemoryRecords, sessionId: SessionId, now: number): void {
  records.indexSeq += 1;
  const kept = records.removed.filter(({ removedAt }) => removedAt >= now - keepRemovalsMs);
  records.indexFloor =
    records.removed[records.removed.length - kept.length - 1]?.indexSeq ?? records.indexFloor;
  records.removed = [...kept, { indexSeq: records.indexSeq, sessionId, row: undefined, removedAt: now }];
}
