import {
  type BranchedSession,
  type BranchSessionBody,
  type ClientId,
  clientIdFrom,
  DaemonError,
  type SessionId,
  sessionIdFrom,
} from '@holdfast/protocol';
import type { Caller, Delivery } from '../api/caller.ts';
import type { Core } from '../core.ts';
import type { AgentLease } from '../ports/agents.ts';
import { EarlySink } from '../session/agent-seat.ts';
import { agentSink } from '../session/agent-sink.ts';
import { branchStem, branchTitles } from '../session/branch-title.ts';
import type { Session } from '../session/session.ts';
import { toRow } from '../session/snapshot.ts';
import { pendingCount, queueOf, type TurnRecord } from '../session/state.ts';
import { agentStateOf, titleOf } from '../session/summary.ts';
import type { BranchTarget } from '../turns/branch-point.ts';
import { abandonCreated } from './abandon-session.ts';
import { type BranchAgent, openBranchAgent } from './branch-agent.ts';
import { type BranchHistory, readBranchHistory } from './branch-history.ts';
import { composeBranch } from './compose-branch.ts';
import type { KeepAnswer } from './idempotent-requests.ts';
import { requireConfigured } from './prompt-session.ts';

const maxNameChars = 200;

interface Made {
  readonly answer: BranchedSession;
  /** Absent in a stored answer. */
  readonly branch: Session | undefined;
  /** The last turn of the copied past. */
  readonly lastTurn: TurnRecord | null;
}

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
  const clientId = caller.clientId ?? clientIdFrom(core.ids.uuid());
  const { result, isReplayed } = await core.requests.once<Made>(
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
): Promise<Made> {
  const target = targetOf(body);
  if (target.kind === 'head') await untilQuiet(source, body.onBusy ?? 'wait');
  // What is copied and what the agent forks must be the same past: no turn starts in between.
  const letGo = source.holdTurns();
  // The end of a turn that was decided already belongs to it.
  await source.written();
  const branch = core.registry.prepare(sessionIdFrom(core.ids.uuid()));
  let lease: AgentLease | undefined;
  try {
    branch.seat.reserve(() => core.slots.acquire());
    const isQuiet = source.state.phase.kind === 'idle';
    const history = await readBranchHistory(core, source, target);
    // A turn that already runs is none of the copied past: the agent must not fork it, even if it ends by then.
    const cut: BranchTarget = isQuiet ? target : { kind: 'event', eventId: history.point.seq };
    const sink = new EarlySink();
    lease = await core.agents.lease(source.state.agent, source.state.workspace);
    const agent = await openBranchAgent(source, history, cut, lease, sink);
    const made = await record(core, source, branch, { body, clientId, history, agent, lease, keep });
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

interface Parts {
  readonly body: BranchSessionBody;
  readonly clientId: ClientId;
  readonly history: BranchHistory;
  readonly agent: BranchAgent;
  readonly lease: AgentLease;
  readonly keep: KeepAnswer;
}

/** Writes the branch, its title and the source's notice of it in one commit; an agent session without it is closed. */
async function record(core: Core, source: Session, branch: Session, parts: Parts): Promise<Made> {
  const { body, clientId, history, agent, lease, keep } = parts;
  const { workspace } = source.state;
  const stem = branchStem(cleanName(body.name), titleOf(source.state), source.id);
  const title = await core.titles.take(workspace, branchTitles(stem));
  try {
    const forkedFrom = {
      sessionId: source.id,
      displayName: titleOf(source.state),
      atEventId: history.point.seq,
    };
    const composed = composeBranch(source.state, {
      sessionId: branch.id,
      displayName: title.text,
      clientId,
      history,
      agent,
      forkedFrom,
      now: core.clock.now(),
    });
    const { state, lastSeq, entries } = composed;
    const answer: BranchedSession = {
      sessionId: branch.id,
      workspaceCwd: state.cwd,
      agent: state.agent,
      attached: false,
      clientId,
      createdAt: new Date(state.createdAt).toISOString(),
      hasActivePrompt: false,
      lastEventId: lastSeq,
      eventEpoch: core.epoch,
      state: agentStateOf(state),
      context: agent.context,
      displayName: title.text,
      forkedFrom,
    };
    branch.seat.sit({ lease, agentSessionId: agent.agentSessionId, binding: 1, reseed: agent.block });
    const branched = {
      kind: 'branched',
      sourceSessionId: source.id,
      newSessionId: branch.id,
      displayName: title.text,
    } as const;
    await source.execute(branched, () => ({
      keys: keep(answer, branch.id),
      appends: [{ sessionId: branch.id, expectedSeq: 0, entries }],
      rows: [toRow(state, lastSeq)],
    }));
    branch.begin({ state, lastSeq, nextSeq: lastSeq + 1 });
    core.registry.enter(branch);
    tellNeighbours(core, source, branched);
    return { answer, branch, lastTurn: state.lastTurn };
  } catch (error) {
    void lease.connection.closeSession(agent.agentSessionId);
    throw error;
  } finally {
    title.settle();
  }
}

/** Other live sessions of the workspace hear of the branch; nobody depends on it. */
function tellNeighbours(
  core: Core,
  source: Session,
  branched: {
    readonly kind: 'branched';
    sourceSessionId: SessionId;
    newSessionId: SessionId;
    displayName: string;
  },
): void {
  for (const session of core.registry.awake()) {
    const isNeighbour = session !== source && session.id !== branched.newSessionId && session.seat.isTaken;
    if (isNeighbour && session.state.workspace === source.state.workspace) session.submit(branched);
  }
}

/** Waits until every prompt that is pending now has ended. @throws branch_while_prompt_active with `reject` */
async function untilQuiet(source: Session, onBusy: 'wait' | 'reject'): Promise<void> {
  const { phase } = source.state;
  if (pendingCount(phase) === 0) return;
  if (onBusy === 'reject') {
    throw new DaemonError(
      'branch_while_prompt_active',
      'a prompt is running or queued; wait for it, or branch at an event',
      {
        sessionId: source.id,
      },
    );
  }
  const last =
    queueOf(phase).at(-1)?.promptId ?? (phase.kind === 'running' ? phase.turn.promptId : undefined);
  await source.until(
    (state) =>
      !(state.phase.kind === 'running' && state.phase.turn.promptId === last) &&
      !queueOf(state.phase).some(({ promptId }) => promptId === last),
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

const cleanName = (name: string | undefined): string | undefined =>
  name?.replaceAll(/\p{Cc}/gu, '').slice(0, maxNameChars);
