import {
  type CleanupPlan,
  DaemonError,
  type PlanCleanupBody,
  type PlannedCleanup,
  parseSessionId,
  type SessionId,
} from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { ListedSession } from '../ports/session-index.ts';
import { type CleanupCandidate, cleanupPolicy, immunityOf } from '../reaper/cleanup-policy.ts';

const keepPlansMs = 15 * 60 * 1_000;
const maxPlans = 32;
/** Actions of one plan: what one request can carry out. */
const maxActions = 1_000;

/** A plan, and what it is to leave alone besides. */
export interface KeptPlan extends CleanupPlan {
  readonly spared: ReadonlySet<SessionId>;
}

/** Plans that may still be carried out, the newest ones. */
export class CleanupPlans {
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #plans = new Map<string, KeptPlan>();

  constructor(clock: Clock, ids: Ids) {
    this.#clock = clock;
    this.#ids = ids;
  }

  keep(plan: Omit<KeptPlan, 'planId' | 'expiresAt'>): KeptPlan {
    const kept = {
      planId: `plan_${this.#ids.uuid()}`,
      expiresAt: this.#clock.now() + keepPlansMs,
      ...plan,
    };
    this.#plans.set(kept.planId, kept);
    for (const planId of this.#plans.keys()) if (this.#plans.size > maxPlans) this.#plans.delete(planId);
    return kept;
  }

  /** @throws cleanup_plan_not_found */
  find(planId: string): KeptPlan {
    const plan = this.#plans.get(planId);
    if (plan !== undefined && plan.expiresAt > this.#clock.now()) return plan;
    this.#plans.delete(planId);
    throw new DaemonError(
      'cleanup_plan_not_found',
      plan === undefined
        ? `no cleanup plan ${JSON.stringify(planId)}: plans do not outlive the daemon; make a new one`
        : `cleanup plan ${planId} is older than 15 minutes; make a new one`,
      { planId },
    );
  }
}

/** Says which sessions a cleanup would archive or purge, and why. Changes nothing. */
export async function planCleanup(
  core: Core,
  plans: CleanupPlans,
  body: PlanCleanupBody,
): Promise<CleanupPlan> {
  const { olderThanMs = 0, maxSessions = 0, maxBytes = 0, action = 'archive', protect = [] } = body;
  const spared = new Set(protect.flatMap((text) => parseSessionId(text) ?? []));
  const rows = new Map<SessionId, ListedSession>();
  for await (const row of sessionsOf(core, body)) rows.set(row.sessionId, row);
  const candidates: CleanupCandidate[] = [];
  for (const row of rows.values()) {
    const bytes = maxBytes > 0 ? await core.journal.sizeOf(row.sessionId) : 0;
    candidates.push(candidateOf(core, row, { bytes, isSpared: spared.has(row.sessionId) }));
  }
  const choices = cleanupPolicy(candidates, { olderThanMs, maxSessions, maxBytes }, core.clock.now());
  const actions: PlannedCleanup[] = [];
  for (const { sessionId, reason } of choices.slice(0, maxActions)) {
    const row = rows.get(sessionId);
    if (row === undefined) continue;
    const bytes = await core.journal.sizeOf(sessionId);
    const title = row.displayName ?? row.agentTitle ?? row.firstPrompt ?? undefined;
    actions.push({ sessionId, action, reason, bytes, title, activityAt: row.activityAt });
  }
  const remaining = choices.length - actions.length;
  const { spared: _, ...plan } = plans.keep({ actions, remaining, spared });
  return plan;
}

/** Sessions of the agent and directory asked for; what is archived already is only there to be purged. */
async function* sessionsOf(
  { index, clock }: Core,
  { agent, cwd, action }: PlanCleanupBody,
): AsyncGenerator<ListedSession, void, undefined> {
  for (const isArchived of action === 'purge' ? [false, true] : [false]) {
    let cursor: string | undefined;
    do {
      const page = await index.list({ limit: 200, cursor, agent, cwd, isArchived, sort: 'created' });
      yield* page.rows;
      cursor = page.nextCursor;
      // There may be a hundred thousand of them: others have their turn.
      await new Promise<void>((resolve) => clock.nextTick(resolve));
    } while (cursor !== undefined);
  }
}

function candidateOf(
  { registry }: Core,
  row: ListedSession,
  { bytes, isSpared }: { readonly bytes: number; readonly isSpared: boolean },
): CleanupCandidate {
  const { sessionId, activityAt, hasActivePrompt, state, isPinned, isProtected } = row;
  const immunity = immunityOf({
    isBusy: hasActivePrompt || (state === 'opening' && registry.find(sessionId) !== undefined),
    subscribers: registry.find(sessionId)?.subscribers ?? 0,
    isPinned,
    isProtected: isProtected || isSpared,
  });
  return { sessionId, activityAt, bytes, immunity };
}
