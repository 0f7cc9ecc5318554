import {
  type ClientId,
  DaemonError,
  type PermissionRequestId,
  type SessionId,
  type VotePermissionBody,
} from '@holdfast/protocol';
import type { Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import { unknownPermission } from '../session/decide-permissions.ts';
import type { Session } from '../session/session.ts';
import type { KeepAnswer } from './idempotent-requests.ts';
import { touch } from './prompt-session.ts';

interface Target {
  /** Absent: found by the request. */
  readonly sessionId?: SessionId;
  readonly requestId: PermissionRequestId;
}

/** Answers a permission request of the agent; a late vote hears what the answer was, a repeated one with its key nothing. */
export async function votePermission(
  core: Core,
  target: Target,
  body: VotePermissionBody,
  caller: Caller,
): Promise<{ readonly isReplayed: boolean }> {
  const { isReplayed } = await core.requests.once(
    caller,
    // A request has an id of its own in the whole daemon, so both routes mean the same vote.
    { operation: `votePermission ${target.requestId}`, whileRunning: 'refuse' },
    (keep) => vote(core, target, body, caller, keep),
    () => undefined,
  );
  return { isReplayed };
}

async function vote(
  core: Core,
  { sessionId, requestId }: Target,
  { outcome }: VotePermissionBody,
  caller: Caller,
  keep: KeepAnswer,
): Promise<void> {
  const owner = sessionId ?? core.resolvers.sessionOf(requestId);
  if (owner === undefined) throw unknownPermission(requestId);
  const session = await core.registry.wake(owner);
  const { clientId } = caller;
  touch(core, session, caller);
  try {
    const command = { kind: 'vote', requestId, outcome, clientId, isLocal: caller.isLocal } as const;
    await session.execute(command, () => ({ keys: keep({}, session.id) }));
  } catch (error) {
    if (error instanceof DaemonError) await announce(core, session, requestId, error, clientId);
    throw error;
  }
}

/** Tells readers of a vote that came too late or was not admitted. */
async function announce(
  core: Core,
  session: Session,
  requestId: PermissionRequestId,
  { code, details }: DaemonError,
  clientId: ClientId | undefined,
): Promise<void> {
  if (code === 'permission_forbidden') {
    const reason = details['reason'] === 'remote_not_allowed' ? 'remote_not_allowed' : 'designated_mismatch';
    await session.execute({ kind: 'forbidden_vote', requestId, reason, clientId });
  }
  if (code !== 'permission_not_found' || core.resolvers.sessionOf(requestId) !== session.id) return;
  // The vote that decided may not be durable yet: until it is, there is no answer to tell.
  core.resolvers.onceAnswered(requestId, () => {
    const outcome = core.resolvers.lateAnswer(requestId, clientId);
    if (outcome !== undefined) session.submit({ kind: 'late_vote', requestId, outcome, clientId });
  });
}
