import {
  asDaemonError,
  type PreviewItem,
  type PreviewList,
  type PreviewSessionsBody,
  parseSessionId,
  type SessionPreview,
} from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { SessionRow } from '../ports/session-index.ts';
import { currentGeneration } from '../session/generations.ts';
import { fromRow } from '../session/snapshot.ts';
import { cutOff } from '../session/trim.ts';
import { LastMessages } from '../turns/last-messages.ts';

const page = Object.freeze({ maxEvents: 100, maxBytes: 128 * 1024 });
/** Events read of one session at most: a message longer than that shows its end. */
const maxEvents = 2_000;

/** The last messages of several sessions, read from their tails; a fault of one is in its own row. */
export async function previewSessions(
  core: Core,
  { sessionIds, limit = 12, maxChars = 240 }: PreviewSessionsBody,
): Promise<PreviewList> {
  const previews: SessionPreview[] = [];
  for (const asked of new Set(sessionIds)) previews.push(await previewOne(core, asked, { limit, maxChars }));
  return { previews };
}

async function previewOne(
  core: Core,
  asked: string,
  size: { readonly limit: number; readonly maxChars: number },
): Promise<SessionPreview> {
  const sessionId = parseSessionId(asked);
  const missing: SessionPreview = { sessionId: asked, status: 'missing', items: [] };
  if (sessionId === undefined) return missing;
  try {
    const row = await core.index.find(sessionId);
    if (row === undefined) return missing;
    const { items, hasGap } = await lastMessages(core, row, size);
    if (items.length > 0) return { sessionId: asked, status: 'ok', items: [...items] };
    if (!hasGap) return { sessionId: asked, status: 'empty', items: [] };
    return failed(asked, 'journal_unavailable', 'what is recorded of this session is damaged');
  } catch (thrown) {
    const { code, message } = asDaemonError(thrown);
    core.logger.warn({ err: thrown, sessionId }, 'a session could not be previewed');
    return failed(asked, code, message);
  }
}

async function lastMessages(
  { journal, clock }: Core,
  row: SessionRow,
  { limit, maxChars }: { readonly limit: number; readonly maxChars: number },
): Promise<{ readonly items: readonly PreviewItem[]; readonly hasGap: boolean }> {
  const messages = new LastMessages(limit, maxChars);
  const afterEventId = beginsAfter(row);
  let before = Number.MAX_SAFE_INTEGER;
  let isAll = false;
  for (let read = 0; read < maxEvents && !messages.isFull && !isAll; ) {
    const events = await journal.readBack(row.sessionId, before, page);
    for (const event of events.toReversed()) if (event.seq > afterEventId) messages.addOlder(event);
    before = events[0]?.seq ?? 0;
    isAll = before <= afterEventId + 1;
    read += events.length;
    // Sixty-four long messages are a long read: others have their turn.
    await new Promise<void>((resolve) => clock.nextTick(resolve));
  }
  return { items: messages.items({ isAll }), hasGap: messages.hasGap };
}

/** Where the conversation of a row begins; where its snapshot cannot be read, everything is one. */
function beginsAfter(row: SessionRow): number {
  const state = row.snapshot === '' ? undefined : fromRow(row);
  if (state === undefined) return 0;
  return Math.max(currentGeneration(state).afterEventId, cutOff(state, state.generation));
}

const failed = (sessionId: string, code: string, message: string): SessionPreview => ({
  sessionId,
  status: 'error',
  items: [],
  error: { code, message },
});
