import {
  type BranchedSession,
  type BranchSessionBody,
  type ClientId,
  DaemonError,
  type PromptId,
  type SessionId,
  sessionIdFrom,
} from '@holdfast/protocol';
import type { Caller, Delivery } from '../api/caller.ts';
import type { Core } from '../core.ts';
import type { AgentLease } from '../ports/agents.ts';
import { EarlySink } from '../session/agent-seat.ts';
import { agentSink } from '../session/agent-sink.ts';
import type { Session } from '../session/session.ts';
import { isPending, pendingPromptIds } from '../session/state.ts';
import type { BranchTarget } from '../turns/branch-point.ts';
import { abandonCreated } from './abandon-session.ts';
import { openBranchAgent } from './branch-agent.ts';
import { readBranchHistory } from './branch-history.ts';
import type { KeepAnswer } from './idempotent-requests.ts';
import { nameClient } from './name-client.ts';
import { requireConfigured, touch } from './prompt-session.ts';
import { type MadeBranch, recordBranch } from './record-branch.ts';

/**
 * Makes a session of its own out of the past of another one.
 * @throws session_not_found, branch_point_invalid, branch_while_prompt_active, session_limit_exceeded, …
 */
export async function branchSession(
  core: Core,
  sessionId: SessionId,
  body: BranchSessionBody,
  caller: Caller,
): Promise<Delivery<BranchedSession>> {
  const source = await core.registry.wake(sessionId);
  requireConfigured(core, source);
  touch(core, source, caller);
  const clientId = nameClient(core, source, caller.clientId);
  const { result, isReplayed } = await core.requests.once<MadeBranch>(
    caller,
    { operation: 'branchSession', sessionId, whileRunning: 'join' },
    (keep) => makeBranch(core, source, body, clientId, keep),
    (answer: BranchedSession) => ({ answer, branch: undefined, lastTurn: null }),
  );
  const { answer, branch, lastTurn } = result;
  return {
    answer,
    isReplayed,
    abandon: async () => {
      if (branch === undefined || caller.idempotency !== undefined) return;
      await abandonCreated(core, branch, { clientId, attached: false, lastTurn });
    },
  };
}

async function makeBranch(
  core: Core,
  source: Session,
  body: BranchSessionBody,
  clientId: ClientId,
  keep: KeepAnswer,
): Promise<MadeBranch> {
  const target = targetOf(body);
  const ahead = target.kind === 'head' ? promptsAhead(source, body.onBusy ?? 'wait') : [];
  // What is copied and what the agent forks must be the same past: no turn starts once those ahead have ended.
  const letGo = source.holdTurns(ahead);
  const branch = core.registry.prepare(sessionIdFrom(core.ids.uuid()));
  let lease: AgentLease | undefined;
  try {
    if (target.kind === 'head') await untilTheirEnd(source, ahead);
    // The end of a turn that was decided already belongs to it.
    await source.written();
    branch.seat.reserve(() => core.slots.acquire());
    const history = await readBranchHistory(core, source, target);
    const sink = new EarlySink();
    lease = await core.agents.lease(source.state.agent, source.state.workspace);
    const agent = await openBranchAgent(source, history, target, {
      lease,
      sink,
      logger: core.logger,
    });
    const made = await recordBranch(core, source, branch, {
      name: body.name,
      titleWord: 'Branch',
      clientId,
      history,
      seated: { agent, lease },
      keep,
    });
    sink.connect(agentSink(core, branch, 1));
    return made;
  } catch (error) {
    branch.seat.leave();
    lease?.release();
    throw error;
  } finally {
    letGo();
  }
}

/** The prompts that a branch at the head waits for. @throws branch_while_prompt_active with `reject` */
function promptsAhead(source: Session, onBusy: 'wait' | 'reject'): readonly PromptId[] {
  const pending = pendingPromptIds(source.state.phase);
  if (pending.length === 0 || onBusy === 'wait') return pending;
  throw new DaemonError(
    'branch_while_prompt_active',
    'a prompt is running or queued; wait for it, or branch at an event',
    { sessionId: source.id },
  );
}

/** Waits until all of them have ended, and a turn that overtook them too. */
async function untilTheirEnd(source: Session, prompts: readonly PromptId[]): Promise<void> {
  await source.until(
    ({ phase }) => phase.kind !== 'running' && !prompts.some((promptId) => isPending(phase, promptId)),
  );
}

function targetOf({ atEventId, atPromptId }: BranchSessionBody): BranchTarget {
  if (atEventId !== undefined && atPromptId !== undefined) {
    throw new DaemonError(
      'branch_point_invalid',
      'atEventId and atPromptId exclude each other; give one of them',
    );
  }
  if (atEventId !== undefined) return { kind: 'event', eventId: atEventId };
  return atPromptId === undefined ? { kind: 'head' } : { kind: 'prompt', promptId: atPromptId };
}
