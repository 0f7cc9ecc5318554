import {
  DaemonError,
  type Envelope,
  type SessionId,
  type TranscriptPage,
  type TranscriptQuery,
} from '@holdfast/protocol';
import type { Core } from '../core.ts';
import { firstIdOf } from '../journal/first-id-of.ts';
import type { JournalEvent } from '../ports/journal.ts';
import { retainedRange } from './retained-range.ts';

const defaultLimit = 200;
const largestLimit = 1_000;
/** Parsed and written in one go: some 15 ms. */
const maxBytes = 2 * 1024 * 1024;

/** One page of a session's events, forward from the beginning or backward from the end. @throws invalid_cursor */
export async function readTranscriptPage(
  core: Core,
  sessionId: SessionId,
  { limit, cursor, direction = 'forward' }: TranscriptQuery,
): Promise<TranscriptPage> {
  const session = await core.registry.wake(sessionId);
  const { earliestSeq, lastSeq } = await retainedRange(core, session);
  const size = clamped(limit);
  const start = positionOf(cursor);
  if (direction === 'backward') {
    const before = start ?? lastSeq + 1;
    const found = await core.journal.readBack(sessionId, before, { maxEvents: size, maxBytes });
    const events = found.filter(({ seq }) => seq >= earliestSeq);
    const first = events[0] === undefined ? earliestSeq : firstIdOf(events[0]);
    return page(sessionId, events, first > earliestSeq ? first : undefined);
  }
  const events = await core.journal.read(sessionId, start ?? earliestSeq - 1, { maxEvents: size, maxBytes });
  const last = events.at(-1)?.seq ?? lastSeq;
  return page(sessionId, events, last < lastSeq ? last : undefined);
}

const page = (
  sessionId: SessionId,
  events: readonly JournalEvent[],
  next: number | undefined,
): TranscriptPage => ({
  v: 1,
  sessionId,
  // Envelopes as our encoder wrote them.
  events: events.map(({ json }) => JSON.parse(json) as Envelope),
  hasMore: next !== undefined,
  nextCursor: next === undefined ? undefined : String(next),
});

function clamped(limit: string | undefined): number {
  const size = limit === undefined ? defaultLimit : Number(limit);
  return Number.isFinite(size) ? Math.min(Math.max(Math.trunc(size), 1), largestLimit) : defaultLimit;
}

function positionOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new DaemonError(
    'invalid_cursor',
    `cursor "${cursor}" is none of this list; use nextCursor of the page before`,
    { cursor },
  );
}
