import { asDaemonError, type DaemonError, type SessionId } from '@holdfast/protocol';
import type { Append, Commit, JournalRange } from '../../ports/journal.ts';
import { admitAppends, emptyRange } from '../admit-append.ts';
import type { Outcomes } from '../group-commit.ts';
import { keyName, type MemoryRecords } from './memory-records.ts';

/** Writes each commit whole or, when it conflicts, not at all. */
export function writeToMemory(records: MemoryRecords, commits: readonly Commit[]): Outcomes {
  return commits.map((commit) => writeOne(records, commit));
}

/** Where a session's events begin and end. */
export function memoryRange(records: MemoryRecords, sessionId: SessionId): JournalRange {
  const events = records.streams.get(sessionId)?.events ?? [];
  const lastSeq = events.at(-1)?.seq ?? 0;
  return { earliestSeq: events[0]?.seq ?? emptyRange.earliestSeq, lastSeq, nextSeq: lastSeq + 1 };
}

function writeOne(records: MemoryRecords, commit: Commit): DaemonError | undefined {
  const { appends = [], rows = [], keys = [], erase = [] } = commit;
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
    records.rows.set(row.sessionId, { number: known?.number ?? records.rowsEver, row });
  }
  for (const record of keys) records.keys.set(keyName(record.scope, record.key), record);
  for (const sessionId of erase) eraseSession(records, sessionId);
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

function eraseSession(records: MemoryRecords, sessionId: SessionId): void {
  records.streams.delete(sessionId);
  if (records.rows.delete(sessionId)) records.indexSeq += 1;
  for (const [name, record] of records.keys) {
    if (record.sessionId === sessionId) records.keys.delete(name);
  }
}
