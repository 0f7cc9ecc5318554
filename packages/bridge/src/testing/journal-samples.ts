import { randomUUID } from 'node:crypto';
import { type SessionId, sessionIdFrom } from '@holdfast/protocol';
import type { JournalStore } from '../journal/store.ts';
import type { Append, IdempotencyRecord, JournalEntry, JournalEvent, JournalFact } from '../ports/journal.ts';
import type { SessionRow } from '../ports/session-index.ts';
import { emptyCatalog } from '../session/agent-catalog.ts';

/** Somewhere a store can be opened, closed and opened again. */
export interface Medium {
  open(): Promise<JournalStore>;
  dispose(): Promise<void>;
}

/** A session no test knows yet. */
export const freshSession = (): SessionId => sessionIdFrom(randomUUID());

/** An event as it would be recorded; `text` makes it as long as a test needs. */
export function sampleEvent(seq: number, text = `event ${seq}`): JournalEvent {
  const type = 'session_update';
  return { kind: 'event', seq, type, json: JSON.stringify({ id: seq, v: 1, type, data: { text } }) };
}

/** Events `from` to `to`, both included. */
export function sampleEvents(from: number, to: number): readonly JournalEvent[] {
  return Array.from({ length: to - from + 1 }, (_, place) => sampleEvent(from + place));
}

/** Something only the session remembers. */
export function sampleFact(name: string): JournalFact {
  return { kind: 'fact', type: 'admission', json: JSON.stringify({ name }) };
}

/** Entries after `expectedSeq`. */
export function sampleAppend(
  sessionId: SessionId,
  expectedSeq: number,
  entries: readonly JournalEntry[],
): Append {
  return { sessionId, expectedSeq, entries };
}

/** An idle open session's row, with what the test cares about. */
export function sampleRow(given: Partial<SessionRow> = {}): SessionRow {
  return {
    sessionId: freshSession(),
    cwd: '/work/app',
    workspace: '/work',
    agent: 'demo',
    parentSessionId: null,
    createdAt: 1_000,
    activityAt: 1_000,
    displayName: null,
    agentTitle: null,
    firstPrompt: 'Grüße, 世界 🚀',
    lifecycle: 'open',
    isArchived: false,
    isUnfinished: false,
    hasActivePrompt: false,
    isWaitingForPermission: false,
    clientCount: 0,
    generation: 1,
    revision: 1,
    isDefaultTarget: false,
    agentSessionId: null,
    alias: null,
    labels: [],
    isPinned: false,
    isProtected: false,
    state: 'stranded',
    lastTurn: null,
    activePromptId: null,
    usage: null,
    preview: null,
    lastSeq: 0,
    catalog: emptyCatalog,
    snapshot: '{"state":"idle"}',
    ...given,
  };
}

/** A stored answer, with what the test cares about. */
export function sampleKey(given: Partial<IdempotencyRecord> = {}): IdempotencyRecord {
  return {
    scope: 'local createSession',
    key: 'key-1',
    bodyHash: 'hash',
    sessionId: freshSession(),
    answer: '{"ok":true}',
    createdAt: 1_000,
    ...given,
  };
}

/** Everything an iteration yields. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
