import { type ClientId, DaemonError } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import { requireOpen } from '../session/decision.ts';
import { ifKnown } from '../session/registry.ts';
import type { Session } from '../session/session.ts';
import { closedReasonOf } from '../session/state.ts';
import { setSessionMode, setSessionModel } from './configure-session.ts';
import type { CreateRequest } from './create-request.ts';
import { nameClient } from './name-client.ts';

/**
 * The session a create means, if there is one already: the client's own id, or the default target of cwd and agent.
 * @throws session_exists for that id with other parameters, or closed
 */
export async function findExisting(core: Core, request: CreateRequest): Promise<Session | undefined> {
  const { sessionId, scope, cwd, agent } = request;
  if (sessionId !== undefined) {
    const row = await core.index.find(sessionId);
    if (row === undefined) return undefined;
    const session = await ifKnown(core.registry.wake(sessionId));
    if (session !== undefined) requireSame(session, request);
    return session;
  }
  if (scope !== 'single') return undefined;
  const target = await core.index.defaultTarget(cwd, agent);
  if (target === undefined) return undefined;
  const session = await ifKnown(core.registry.wake(target.sessionId));
  return session === undefined || closedReasonOf(session.state.phase) !== null ? undefined : session;
}

/**
 * Registers the caller with a session that is there, and applies what it chose. `as`: it is registered already.
 * @throws session_exists, session_not_found when it was closed meanwhile
 */
export async function attach(
  core: Core,
  session: Session,
  request: CreateRequest,
  who: { readonly as: ClientId } | { readonly asked: ClientId | undefined },
): Promise<ClientId> {
  if (request.sessionId !== undefined) requireSame(session, request);
  requireOpen(session.state);
  const clientId = 'as' in who ? who.as : nameClient(core, session, who.asked);
  if (!('as' in who)) await session.execute({ kind: 'register', clientId });
  await applyToAttached(core, session, request, clientId);
  return clientId;
}

/** @throws session_exists */
function requireSame({ id, state }: Session, { cwd, agent }: CreateRequest): void {
  const isClosed = closedReasonOf(state.phase) !== null;
  if (!isClosed && state.cwd === cwd && state.agent === agent) return;
  const reason = isClosed
    ? 'is closed; load it'
    : `belongs to ${state.agent} in ${state.cwd}; choose another id`;
  throw new DaemonError('session_exists', `session ${id} exists and ${reason}`, {
    sessionId: id,
    state: isClosed ? 'closed' : state.phase.kind,
  });
}

/** What a client chooses while attaching holds for the session, as if chosen right after. */
async function applyToAttached(
  core: Core,
  session: Session,
  { settings: { modelId, modeId } }: CreateRequest,
  clientId: ClientId,
): Promise<void> {
  const choices = [
    modelId === undefined ? undefined : () => setSessionModel(core, session.id, modelId, { clientId }),
    modeId === undefined ? undefined : () => setSessionMode(core, session.id, modeId, { clientId }),
  ];
  for (const choose of choices) {
    // The session is there either way; `modelApplied` and the events tell what the agent took.
    await choose?.().catch((error: unknown) =>
      core.logger.warn({ sessionId: session.id, err: error }, 'the agent refused a setting of the session'),
    );
  }
}
