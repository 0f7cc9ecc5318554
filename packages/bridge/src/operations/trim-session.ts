import { DaemonError, type SessionId, type Trimmed, type TrimSessionBody } from '@holdfast/protocol';
import type { Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import { requireMember } from '../session/decide-context.ts';
import { currentLineage } from '../session/generations.ts';
import type { Session } from '../session/session.ts';
import { archivedUpTo } from '../session/trim.ts';
import { turnEnds } from '../turns/turn-ends.ts';
import { touch } from './prompt-session.ts';
import { retainedRange } from './retained-range.ts';

/**
 * Cuts the oldest whole turns off a session's conversation. Exports, searches, branches and checkpoints still reach
 * them, unless they are not to be archived.
 * @throws session_not_found, invalid_request unless exactly one limit is given, session_changed
 */
export async function trimSession(
  core: Core,
  sessionId: SessionId,
  body: TrimSessionBody,
  caller: Caller,
): Promise<Trimmed> {
  const session = await core.registry.wake(sessionId);
  touch(core, session, caller);
  requireMember(session.state, caller.clientId);
  requireLimit(body);
  // The end of a turn that was decided already counts.
  await session.written();
  const { generation } = session.state;
  const ends = await turnEnds(core.journal, sessionId, currentLineage(session.state));
  const upToEventId = cutOf(ends, body);
  const { clientId } = caller;
  if (upToEventId !== undefined) await session.execute({ kind: 'trim', generation, upToEventId, clientId });
  if (body.archive === false) await eraseTrimmed(core, session);
  const trimmedTurns = ends.filter((end) => end <= (upToEventId ?? 0)).length;
  const { earliestSeq, lastSeq } = await retainedRange(core, session);
  return {
    sessionId,
    generation,
    context: 'unchanged',
    trimmedTurns,
    keptTurns: ends.length - trimmedTurns,
    earliestEventId: earliestSeq,
    lastEventId: lastSeq,
    eventEpoch: core.epoch,
  };
}

/** The end of the last turn that goes; undefined where all stay. The newest finished one always does. */
function cutOf(ends: readonly number[], { keepTurns, beforeEventId }: TrimSessionBody): number | undefined {
  if (keepTurns !== undefined) return ends.at(-keepTurns - 1);
  return ends.slice(0, -1).findLast((end) => end < (beforeEventId ?? 0));
}

function requireLimit({ keepTurns, beforeEventId }: TrimSessionBody): void {
  if ((keepTurns === undefined) !== (beforeEventId === undefined)) return;
  const given = keepTurns === undefined ? 'none' : 'both';
  throw new DaemonError('invalid_request', `give exactly one of keepTurns, beforeEventId; got ${given}`, {
    path: 'keepTurns',
  });
}

/** Gives up what was cut off, now or earlier, but for what the conversation began with. */
async function eraseTrimmed({ journal, search }: Core, { id: sessionId, state }: Session): Promise<void> {
  const [first] = currentLineage(state);
  const last = Math.min(archivedUpTo(state), first?.afterEventId ?? Number.MAX_SAFE_INTEGER);
  if (last === 0) return;
  const beforeSeq = last + 1;
  await journal.commit({ forget: [{ sessionId, beforeSeq }], isAcknowledged: true });
  await search.forget(sessionId, beforeSeq);
}
