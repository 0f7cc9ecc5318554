import {
  DaemonError,
  type Envelope,
  type SessionId,
  type TranscriptPage,
  type TranscriptQuery,
} from '@holdfast/protocol';
import type { Core } from '../core.ts';

const defaultLimit = 200;
const largestLimit = 1_000;
const maxBytes = 8 * 1024 * 1024;

/** One page of a session's events, forward from the beginning or backward from the end. @throws invalid_cursor */
export async function readTranscriptPage(
  core: Core,
  sessionId: SessionId,
  { limit, cursor, direction = 'forward' }: TranscriptQuery,
): Promise<TranscriptPage> {
  const session = await core.registry.wake(sessionId);
  const { earliestSeq, lastSeq } = await core.journal.range(session.id);
  const size = clamped(limit);
  const start = positionOf(cursor);
  if (direction === 'backward') {
    const before = start ?? lastSeq + 1;
    const after = Math.max(before - size - 1, earliestSeq - 1);
    const events = await read(core, sessionId, after, before - after - 1);
    return page(sessionId, events, after >= earliestSeq ? after + 1 : undefined);
  }
  const events = await read(core, sessionId, start ?? earliestSeq - 1, size);
  const last = events.at(-1)?.id ?? lastSeq;
  return page(sessionId, events, last < lastSeq ? last : undefined);
}

async function read(core: Core, sessionId: SessionId, after: number, maxEvents: number): Promise<Envelope[]> {
  if (maxEvents <= 0) return [];
  const events = await core.journal.read(sessionId, after, { maxEvents, maxBytes });
  // Envelopes as our encoder wrote them.
  return events.map(({ json }) => JSON.parse(json) as Envelope);
}

const page = (sessionId: SessionId, events: Envelope[], next: number | undefined): TranscriptPage => ({
  v: 1,
  sessionId,
  events,
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
