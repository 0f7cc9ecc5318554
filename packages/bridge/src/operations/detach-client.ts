import type { SessionId } from '@holdfast/protocol';
import type { Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import { ifKnown } from '../session/registry.ts';
import type { Session } from '../session/session.ts';
import { isRegistered, pendingCount } from '../session/state.ts';
import { endSession } from './close-session.ts';

/** Counts one registration of the caller less; the last one closes a session that nobody watches and nothing runs in. */
export async function detachClient(
  core: Core,
  sessionId: SessionId,
  { clientId }: Pick<Caller, 'clientId'>,
): Promise<void> {
  const session = await ifKnown(core.registry.wake(sessionId));
  if (session === undefined || clientId === undefined) return;
  if (session.state.phase.kind === 'closed' || !isRegistered(session.state, clientId)) return;
  await session.execute({ kind: 'detach', clientId });
  if (!isDeserted(session)) return;
  // One that was closed meanwhile is what a detach wants.
  const mayStill = () => isDeserted(session);
  await ifKnown(endSession(core, session, 'last_client_detached', { leaver: clientId, mayStill }));
}

const isDeserted = ({ state, subscribers }: Session): boolean =>
  state.phase.kind !== 'closed' &&
  Object.keys(state.clients).length === 0 &&
  subscribers === 0 &&
  pendingCount(state.phase) === 0;
