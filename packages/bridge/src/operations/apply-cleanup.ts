import {
  type AppliedCleanup,
  asDaemonError,
  type CleanupOutcome,
  type CleanupSkip,
  type PlannedCleanup,
  parseSessionId,
  type SessionId,
} from '@holdfast/protocol';
import type { Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import { immunityOf } from '../reaper/cleanup-policy.ts';
import { ifKnown } from '../session/registry.ts';
import { pendingCount } from '../session/state.ts';
import { setArchived } from './archive-sessions.ts';
import type { CleanupPlans, KeptPlan } from './plan-cleanup.ts';
import { purgeSession } from './purge-session.ts';

/**
 * Carries out a plan session by session, each looked at again first; a fault of one leaves the others alone.
 * @throws cleanup_plan_not_found
 */
export async function applyCleanup(
  core: Core,
  plans: CleanupPlans,
  planId: string,
  { principal }: Caller,
): Promise<AppliedCleanup> {
  const plan = plans.find(planId);
  const results: CleanupOutcome[] = [];
  for (const action of plan.actions) results.push(await applyOne(core, plan, action));
  const done = results.filter(({ outcome }) => outcome === 'done').length;
  core.logger.info({ planId, principal, done, skipped: results.length - done }, 'cleanup applied');
  return { planId, results };
}

async function applyOne(core: Core, plan: KeptPlan, planned: PlannedCleanup): Promise<CleanupOutcome> {
  const { action } = planned;
  const sessionId = parseSessionId(planned.sessionId);
  const skipped = (reason: CleanupSkip, message?: string): CleanupOutcome => ({
    sessionId: planned.sessionId,
    action,
    outcome: 'skipped',
    reason,
    message,
  });
  if (sessionId === undefined) return skipped('gone');
  try {
    const obstacle = await obstacleOf(core, plan, planned, sessionId);
    if (obstacle !== undefined) return skipped(obstacle);
    if (action === 'purge') await purgeSession(core, sessionId, { children: 'detach' });
    else await setArchived(core, sessionId, { isArchived: true });
    return { sessionId, action, outcome: 'done' };
  } catch (thrown) {
    const { code, message } = asDaemonError(thrown);
    if (code === 'session_not_found') return skipped('gone');
    if (code === 'session_protected') return skipped('protected');
    core.logger.warn({ err: thrown, sessionId }, 'a session could not be cleaned up');
    return skipped('failed', message);
  }
}

/** Why the session is not what it was when the plan was made. Looked at as late as can be. */
async function obstacleOf(
  core: Core,
  { spared }: KeptPlan,
  { action, activityAt }: PlannedCleanup,
  sessionId: SessionId,
): Promise<CleanupSkip | undefined> {
  const session = await ifKnown(core.registry.wake(sessionId));
  if (session === undefined) return 'gone';
  const { state, subscribers } = session;
  const { isPinned, isProtected, isArchived } = state.metadata;
  const immunity = immunityOf({
    isBusy: pendingCount(state.phase) > 0 || state.phase.kind === 'opening',
    subscribers,
    isPinned,
    isProtected: isProtected || spared.has(sessionId),
  });
  if (immunity !== undefined) return immunity;
  if (state.activityAt !== activityAt) return 'changed';
  return action === 'archive' && isArchived ? 'already_archived' : undefined;
}
