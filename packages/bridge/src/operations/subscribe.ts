import { type ClientId, DaemonError, isSessionTerminal, type SessionId } from '@holdfast/protocol';
import type { Resync, SubscribeRequest, Subscription } from '../api/subscription.ts';
import type { Core } from '../core.ts';
import type { JournalEvent, JournalRange } from '../ports/journal.ts';
import { requireOpen } from '../session/decision.ts';
import type { Session } from '../session/session.ts';
import { isRegistered } from '../session/state.ts';
import { retainedRange } from './retained-range.ts';

/** Registers a reader of a session's events. @throws session_not_found, subscriber_limit_exceeded */
export async function subscribe(
  core: Core,
  sessionId: SessionId,
  request: SubscribeRequest,
): Promise<Subscription> {
  const session = await core.registry.wake(sessionId);
  const range = await retainedRange(core, session);
  const isSkipped = request.after !== undefined && (await core.journal.isSkipped(sessionId, request.after));
  const start = startOf(request, range, isSkipped ? undefined : core.epoch);
  if (start.after >= range.lastSeq) requireOpen(session.state);
  const limit = core.limits.maxSubscribers;
  if (session.subscribers >= limit) {
    throw new DaemonError(
      'subscriber_limit_exceeded',
      `session ${sessionId} has ${limit} readers, the most allowed`,
      {
        sessionId,
        limit,
      },
    );
  }
  const { clientId } = request;
  const isNamed = clientId !== undefined && isRegistered(session.state, clientId);
  return { ...start, ...readerOf(core, session, isNamed ? clientId : undefined) };
}

/** Where a reader begins, and what it must be told first; no epoch: its cursor means nothing. Source: protocol §5. */
function startOf(
  { after, epoch }: SubscribeRequest,
  { earliestSeq, lastSeq }: JournalRange,
  ourEpoch: string | undefined,
): Pick<Subscription, 'after' | 'resync' | 'replayTo'> {
  if (after === undefined) return { after: lastSeq };
  const fromStart = earliestSeq - 1;
  const resync = (reason: 'epoch_reset' | 'history_trimmed') => ({
    after: fromStart,
    resync: { reason, lastDeliveredId: after, earliestAvailableId: earliestSeq },
    replayTo: lastSeq,
  });
  if (after === 0) return { after: fromStart, replayTo: lastSeq };
  if (ourEpoch === undefined || (epoch !== undefined && epoch !== ourEpoch) || after > lastSeq)
    return resync('epoch_reset');
  if (after < fromStart) return resync('history_trimmed');
  return { after, replayTo: lastSeq };
}

/** What a reader is told whose cursor retention or a trim has passed while it read. */
async function missedAfter(core: Core, session: Session, after: number): Promise<Resync | undefined> {
  // An erased one retains nothing, and has its own last word.
  if (session.isErased) return undefined;
  const { earliestSeq } = await retainedRange(core, session);
  if (after >= earliestSeq - 1) return undefined;
  return { reason: 'history_trimmed', lastDeliveredId: after, earliestAvailableId: earliestSeq };
}

/** A session that was erased ends for its readers as it ended, however much of it they had not read. */
const epitaphOf = ({ epitaph }: Session, cursor: number): readonly JournalEvent[] =>
  epitaph !== undefined && cursor < epitaph.seq ? [epitaph] : [];

function readerOf(
  core: Core,
  session: Session,
  clientId: ClientId | undefined,
): Pick<Subscription, 'read' | 'missed' | 'watch' | 'leave'> {
  const { id, presence } = session;
  let isHere = true;
  session.subscribers += 1;
  if (clientId !== undefined) presence.read(clientId, 1);
  return {
    async read(after, limit) {
      for (let cursor = after; ; ) {
        const events = await core.journal.read(id, cursor, limit);
        const last = events.at(-1);
        if (last === undefined) return epitaphOf(session, cursor);
        const current = events.filter(({ type, seq }) => !isSessionTerminal(type) || seq === session.lastSeq);
        if (current.length > 0) return current;
        cursor = last.seq;
      }
    },
    missed: (after) => missedAfter(core, session, after),
    watch: (onCommitted) => core.journal.watch(id, onCommitted),
    leave() {
      if (!isHere) return;
      isHere = false;
      session.subscribers -= 1;
      if (clientId !== undefined) presence.read(clientId, -1);
      presence.see(core.clock.now(), clientId);
    },
  };
}
