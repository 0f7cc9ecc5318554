import type { ClientId, SessionId } from '@holdfast/protocol';
import type { Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import type { CloseReason } from '../session/command.ts';
import { requireOpen, requireRegistered } from '../session/decision.ts';
import type { Session } from '../session/session.ts';

/** Ends a session for everybody; resolves after the commit, never waiting for the agent. */
export async function closeSession(core: Core, sessionId: SessionId, caller: Caller): Promise<void> {
  const session = await core.registry.wake(sessionId);
  requireOpen(session.state);
  requireRegistered(session.state, caller.clientId);
  await endSession(core, session, 'client_close', { clientId: caller.clientId });
}

/**
 * Closes with a reason. Answers that are on their way to a client leave first, so that no terminal overtakes them;
 * `mayStill` is asked right before the decision.
 */
export async function endSession(
  core: Core,
  session: Session,
  reason: CloseReason,
  {
    clientId,
    mayStill = () => true,
  }: { readonly clientId?: ClientId; readonly mayStill?: () => boolean } = {},
): Promise<void> {
  await session.admissions.settled();
  if (!mayStill()) return;
  await session.execute({ kind: 'close', reason, clientId });
  core.logger.info({ sessionId: session.id, reason, clientId }, 'session closed');
}
