import { DaemonError, type PermissionRequestId, type SessionId, type VotePermissionBody } from '@holdfast/protocol';
import type { Caller } from '../bridge.ts';
import type { Core } from '../core.ts';
import { unknownPermission } from '../session/decide-permissions.ts';
import { touch } from './prompt-session.ts';

interface Target {
  /** Absent: found by the request. */
  readonly sessionId?: SessionId;
  readonly requestId: PermissionRequestId;
}

/** Answers a permission request of the agent; a late vote hears what the answer was. */
export async function votePermission(
  core: Core,
  { sessionId, requestId }: Target,
  { outcome }: VotePermissionBody,
  caller: Caller,
): Promise<void> {
  const owner = sessionId ?? core.resolvers.sessionOf(requestId);
  if (owner === undefined) throw unknownPermission(requestId);
  const session = await core.registry.wake(owner);
  const { clientId } = caller;
  touch(core, session, caller);
  try {
    await session.execute({ kind: 'vote', requestId, outcome, clientId });
  } catch (error) {
    const isLate = error instanceof DaemonError && error.code === 'permission_not_found';
    const given = isLate && core.resolvers.sessionOf(requestId) === owner && core.resolvers.lateAnswer(requestId, clientId);
    if (given) await session.execute({ kind: 'late_vote', requestId, outcome: given, clientId });
    throw error;
  }
}
