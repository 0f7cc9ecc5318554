import { DaemonError } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { Session } from '../session/session.ts';
import type { CreateRequest } from './create-request.ts';

/**
 * The session a create means, if there is one already: the client's own id, or the default target of cwd and agent.
 * @throws session_exists for that id with other parameters, or closed
 */
export async function findExisting(core: Core, request: CreateRequest): Promise<Session | undefined> {
  const { sessionId, scope, cwd, agent } = request;
  if (sessionId !== undefined) {
    const row = await core.index.find(sessionId);
    if (row === undefined) return undefined;
    const session = await core.registry.wake(sessionId);
    requireSame(session, request);
    return session;
  }
  if (scope !== 'single') return undefined;
  const target = await core.index.defaultTarget(cwd, agent);
  if (target === undefined) return undefined;
  const session = await core.registry.wake(target.sessionId);
  return session.state.phase.kind === 'closed' ? undefined : session;
}

/** @throws session_exists */
export function requireSame({ id, state }: Session, { cwd, agent }: CreateRequest): void {
  const { phase } = state;
  if (phase.kind !== 'closed' && state.cwd === cwd && state.agent === agent) return;
  const reason =
    phase.kind === 'closed'
      ? 'is closed; load it'
      : `belongs to ${state.agent} in ${state.cwd}; choose another id`;
  throw new DaemonError('session_exists', `session ${id} exists and ${reason}`, {
    sessionId: id,
    state: phase.kind,
  });
}
