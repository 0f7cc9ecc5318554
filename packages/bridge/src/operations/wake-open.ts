import type { SessionId } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import { requireOpen } from '../session/decision.ts';
import type { Session } from '../session/session.ts';

/** A live or stranded session, read from disk when it is not in memory. @throws session_not_found for a closed one too */
export async function wakeOpen(core: Core, sessionId: SessionId): Promise<Session> {
  const session = await core.registry.wake(sessionId);
  requireOpen(session.state);
  return session;
}
