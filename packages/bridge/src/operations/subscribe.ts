import { DaemonError, isSessionTerminal, type SessionId } from '@holdfast/protocol';
import type { SubscribeRequest, Subscription } from '../api/subscription.ts';
import type { Core } from '../core.ts';
import type { JournalRange } from '../ports/journal.ts';
import { requireOpen } from '../session/decision.ts';
import type { Session } from '../session/session.ts';

/** Registers a reader of a session's events. @throws session_not_found, subscriber_limit_exceeded */
export async function subscribe(
  core: Core,
  sessionId: SessionId,
  request: SubscribeRequest,
): Promise<Subscription> {
  const session = await core.registry.wake(sessionId);
  const range = await core.journal.range(sessionId);
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
  session.subscribers += 1;
  return { ...start, ...readerOf(core, session) };
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

function readerOf(core: Core, session: Session): Pick<Subscription, 'read' | 'watch' | 'leave'> {
  const { id } = session;
  let isHere = true;
  return {
    async read(after, limit) {
      for (let cursor = after; ; ) {
        const events = await core.journal.read(id, cursor, limit);
        const last = events.at(-1);
        if (last === undefined) return events;
        const current = events.filter(({ type, seq }) => !isSessionTerminal(type) || seq === session.lastSeq);
        if (current.length > 0) return current;
        cursor = last.seq;
      }
    },
    watch: (onCommitted) => core.journal.watch(id, onCommitted),
    leave() {
      if (!isHere) return;
      isHere = false;
      session.subscribers -= 1;
      session.lastSeenAt = core.clock.now();
    },
  };
}
