import { type ClientId, type CloseSessionQuery, DaemonError, type SessionId } from '@holdfast/protocol';
import type { Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import type { CloseReason } from '../session/command.ts';
import { requireOpen, requireRegistered } from '../session/decision.ts';
import type { Session } from '../session/session.ts';
import { setArchived } from './archive-sessions.ts';
import { purgeSession } from './purge-session.ts';

/**
 * Ends a session for everybody, and archives or purges it where that is asked for; resolves after the commit, never
 * waiting for the agent.
 * @throws session_not_found, invalid_client_id, session_protected, session_has_children
 */
export async function closeSession(
  core: Core,
  sessionId: SessionId,
  caller: Caller,
  { transcript = 'keep', children }: CloseSessionQuery = {},
): Promise<void> {
  const { clientId } = caller;
  if (children !== undefined && transcript !== 'purge') throw needlessChildren(children, transcript);
  switch (transcript) {
    case 'keep':
      return await closeOnly(core, sessionId, caller);
    case 'archive':
      return void (await setArchived(core, sessionId, { isArchived: true, clientId }));
    case 'purge':
      return await purgeSession(core, sessionId, { children: children ?? 'detach', clientId });
    default:
      return transcript satisfies never;
  }
}

const needlessChildren = (children: string, transcript: string): DaemonError =>
  new DaemonError('invalid_request', `children goes with transcript=purge only; got it with ${transcript}`, {
    path: 'children',
    expected: 'left out',
    received: children,
  });

async function closeOnly(core: Core, sessionId: SessionId, caller: Caller): Promise<void> {
  const session = await core.registry.wake(sessionId);
  requireOpen(session.state);
  requireRegistered(session.state, caller.clientId);
  await endSession(core, session, 'client_close', { clientId: caller.clientId });
}

/**
 * Closes with a reason. Answers that are on their way to a client leave first, so that no terminal overtakes them;
 * `mayStill` is asked right before the decision; `leaver` closed nothing, but was the last to go.
 */
export async function endSession(
  core: Core,
  session: Session,
  reason: CloseReason,
  {
    clientId,
    leaver,
    mayStill = () => true,
  }: { readonly clientId?: ClientId; readonly leaver?: ClientId; readonly mayStill?: () => boolean } = {},
): Promise<void> {
  while (!session.admissions.isSettled) await session.admissions.settled();
  if (!mayStill()) return;
  await session.execute({ kind: 'close', reason, clientId });
  core.logger.info({ sessionId: session.id, reason, clientId: clientId ?? leaver }, 'session closed');
}
