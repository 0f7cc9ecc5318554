import {
  DaemonError,
  type Envelope,
  type MessagePage,
  type PromptId,
  type ReadMessagesQuery,
  type SessionId,
} from '@holdfast/protocol';
import type { Core } from '../core.ts';
import { firstIdOf } from '../journal/first-id-of.ts';
import type { Generation } from '../session/generations.ts';
import type { Session } from '../session/session.ts';
import type { SessionState } from '../session/state.ts';
import { cutOff } from '../session/trim.ts';
import { generationAt } from '../turns/generation-at.ts';
import { firstTurns, lastTurns, type Span, type TurnPage } from '../turns/turn-pages.ts';

const defaultLimit = 200;
/** Parsed and written in one go: some 15 ms. */
const maxRawBytes = 2 * 1024 * 1024;

interface Asked {
  readonly span: Span;
  readonly after: number | undefined;
  readonly before: number | undefined;
  readonly limit: number;
}

/**
 * One page of what was said in a session: after a cursor, before one, or the newest.
 * @throws session_not_found, invalid_cursor, generation_not_found
 */
export async function readMessages(
  core: Core,
  sessionId: SessionId,
  query: ReadMessagesQuery,
): Promise<MessagePage> {
  const session = await core.registry.wake(sessionId);
  const { earliestSeq, lastSeq } = await core.journal.range(sessionId);
  const { view = 'turns', limit = defaultLimit } = query;
  const generation = generationOf(session, query.generation);
  const kept = { after: earliestSeq - 1, upTo: lastSeq };
  const span = spanOf(generation, kept, session.state);
  const asked = { span, limit, ...cursorsOf(query) };
  const about = {
    sessionId,
    generation: generation === 'all' ? generation : generation.generation,
    view,
    lastEventId: lastSeq,
  };
  if (view === 'raw') return { ...about, ...(await rawPage(core, sessionId, asked)) };
  const running = session.state.phase.kind === 'running' ? session.state.phase.turn.promptId : undefined;
  const page = await turnPage(core, sessionId, { ...asked, running });
  return {
    ...about,
    entries: page.entries.map((entry) =>
      'promptId' in entry
        ? entry.toTurn(
            generationAt(session.state, entry.firstRunSeq || entry.endSeq),
            entry.promptId === running && entry.terminal === undefined,
          )
        : { kind: 'gap', firstEventId: entry.firstSeq, lastEventId: entry.endSeq },
    ),
    previousCursor: page.olderBefore?.toString(),
    nextCursor: page.newerAfter?.toString(),
  };
}

function turnPage(
  { journal }: Core,
  sessionId: SessionId,
  asked: Asked & { readonly running: PromptId | undefined },
): Promise<TurnPage> {
  const { span, after, before, limit, running } = asked;
  if (after !== undefined) {
    const from = { after: Math.max(after, span.after), upTo: span.upTo };
    return firstTurns(journal, sessionId, { span: from, limit, running, floor: span.after });
  }
  const isTail = before === undefined;
  const upTo = Math.min(span.upTo, isTail ? span.upTo : before - 1);
  return lastTurns(journal, sessionId, {
    ...{ span: { after: span.after, upTo }, limit, running, isTail },
  });
}

async function rawPage(
  { journal }: Core,
  sessionId: SessionId,
  { span, after, before, limit }: Asked,
): Promise<Pick<MessagePage, 'events' | 'previousCursor' | 'nextCursor'>> {
  const size = { maxEvents: limit, maxBytes: maxRawBytes };
  const upTo = Math.min(span.upTo, (before ?? span.upTo + 1) - 1);
  const from = Math.max(after ?? 0, span.after);
  const read =
    after === undefined
      ? await journal.readBack(sessionId, upTo + 1, size)
      : await journal.read(sessionId, from, size);
  const events = read.filter(({ seq }) => seq > span.after && seq <= span.upTo);
  const first = events[0] === undefined ? upTo + 1 : firstIdOf(events[0]);
  const last = events.at(-1)?.seq ?? from;
  return {
    // Envelopes as our encoder wrote them.
    events: events.map(({ json }) => JSON.parse(json) as Envelope),
    previousCursor: first > span.after + 1 ? String(first) : undefined,
    nextCursor: last < span.upTo ? String(last) : undefined,
  };
}

function generationOf({ id, state }: Session, asked = 'current'): Generation | 'all' {
  if (asked === 'all') return asked;
  const number = asked === 'current' ? state.generation : Number(asked);
  const found = state.generations.find(({ generation }) => generation === number);
  if (found !== undefined) return found;
  const known = state.generations.map(({ generation }) => generation).join(', ');
  throw new DaemonError(
    'generation_not_found',
    `session ${id} knows no generation ${number}; it has ${known}`,
    { sessionId: id, generation: number },
  );
}

/** Of the generation it was cut off, what was trimmed is left out; asking for everything shows it. */
function spanOf(generation: Generation | 'all', whole: Span, state: SessionState): Span {
  if (generation === 'all') return whole;
  return {
    after: Math.max(generation.afterEventId, whole.after, cutOff(state, generation.generation)),
    upTo: Math.min(generation.upToEventId ?? whole.upTo, whole.upTo),
  };
}

function cursorsOf({ after, before }: ReadMessagesQuery): Pick<Asked, 'after' | 'before'> {
  if (after !== undefined && before !== undefined)
    throw invalidCursor('after and before exclude each other; give one of them', before);
  return { after: positionOf(after), before: positionOf(before) };
}

function positionOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined || /^\d{1,15}$/.test(cursor))
    return cursor === undefined ? cursor : Number(cursor);
  throw invalidCursor(`cursor "${cursor}" is no event id; use one of the page before`, cursor);
}

const invalidCursor = (message: string, cursor: string): DaemonError =>
  new DaemonError('invalid_cursor', message, { cursor });
