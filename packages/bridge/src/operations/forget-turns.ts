import type { Core } from '../core.ts';
import { currentLineage } from '../session/generations.ts';
import type { Session } from '../session/session.ts';
import { turnEnds } from '../turns/turn-ends.ts';

/**
 * Gives up the events of all but the last `retainedTurns` finished turns of a session, whole turns only. Older ones stay
 * where its conversation rests on them and has no more turns than that. Resolves to how many turns were given up.
 */
export async function forgetTurns(
  { journal, search }: Core,
  session: Session,
  retainedTurns: number,
): Promise<number> {
  const { id: sessionId } = session;
  const { earliestSeq, lastSeq } = await journal.range(sessionId);
  const retained = { afterEventId: earliestSeq - 1, upToEventId: lastSeq, summaryOf: null };
  const ends = await turnEnds(journal, sessionId, [retained]);
  const lineage = currentLineage(session.state);
  const [first] = lineage;
  const isAll = lineage.length === 1 && (first?.afterEventId ?? 0) < earliestSeq;
  const ofConversation = isAll ? ends : await turnEnds(journal, sessionId, lineage);
  const latest = Math.min(
    ends.at(-retainedTurns - 1) ?? 0,
    ofConversation.at(-retainedTurns - 1) ?? first?.afterEventId ?? lastSeq,
  );
  const forgotten = ends.filter((end) => end <= latest);
  const last = forgotten.at(-1);
  const beforeSeq = last === undefined ? earliestSeq : last + 1;
  if (last !== undefined) await journal.commit({ forget: [{ sessionId, beforeSeq }], isAcknowledged: false });
  await search.forget(sessionId, beforeSeq);
  return forgotten.length;
}
