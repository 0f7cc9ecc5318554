import type { BranchedSession, ClientId, SessionId } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { AgentLease } from '../ports/agents.ts';
import { branchStem, branchTitles } from '../session/branch-title.ts';
import type { Session } from '../session/session.ts';
import { toRow } from '../session/snapshot.ts';
import type { TurnRecord } from '../session/state.ts';
import { agentStateOf, titleOf } from '../session/summary.ts';
import type { BranchAgent } from './branch-agent.ts';
import type { BranchHistory } from './branch-history.ts';
import { composeBranch } from './compose-branch.ts';
import type { KeepAnswer } from './idempotent-requests.ts';

const maxNameChars = 200;

export interface MadeBranch {
  readonly answer: BranchedSession;
  /** Absent in a stored answer. */
  readonly branch: Session | undefined;
  /** The last turn of the copied past. */
  readonly lastTurn: TurnRecord | null;
}

interface BranchParts {
  readonly name: string | undefined;
  readonly titleWord: 'Branch' | 'checkpoint';
  readonly clientId: ClientId;
  readonly history: BranchHistory;
  /** Its agent session; null: it gets one with its first prompt. */
  readonly seated: { readonly agent: BranchAgent; readonly lease: AgentLease } | null;
  readonly keep: KeepAnswer;
}

/** Writes the branch, its title and the source's notice of it in one commit; an agent session without it is closed. */
export async function recordBranch(
  core: Core,
  source: Session,
  branch: Session,
  { name, titleWord, clientId, history, seated, keep }: BranchParts,
): Promise<MadeBranch> {
  const stem = branchStem(cleanName(name), titleOf(source.state), source.id);
  const title = await core.titles.take(source.state.workspace, branchTitles(stem, titleWord));
  const displayName = title.text;
  try {
    const forkedFrom = {
      sessionId: source.id,
      displayName: titleOf(source.state),
      atEventId: history.point.seq,
    };
    const agent = seated?.agent ?? null;
    const now = core.clock.now();
    const identity = { sessionId: branch.id, displayName, clientId, forkedFrom };
    const { state, lastSeq, entries } = composeBranch(source.state, { ...identity, history, agent, now });
    const answer: BranchedSession = {
      ...identity,
      workspaceCwd: state.cwd,
      agent: state.agent,
      attached: false,
      createdAt: new Date(state.createdAt).toISOString(),
      hasActivePrompt: false,
      lastEventId: lastSeq,
      eventEpoch: core.epoch,
      state: agentStateOf(state),
      context: agent?.context ?? (history.point.turns === 0 ? 'fresh' : 'reseeded'),
    };
    if (seated !== null) sit(branch, seated);
    const told = { sourceSessionId: source.id, newSessionId: branch.id, displayName };
    await source.execute({ kind: 'branched', ...told }, () => ({
      keys: keep(answer, branch.id),
      appends: [{ sessionId: branch.id, expectedSeq: 0, entries }],
      rows: [toRow(state, lastSeq)],
    }));
    branch.begin({ state, lastSeq, nextSeq: lastSeq + 1 });
    core.registry.enter(branch);
    tellNeighbours(core, source, told);
    return { answer, branch, lastTurn: state.lastTurn };
  } catch (error) {
    if (seated !== null) void seated.lease.connection.closeSession(seated.agent.agentSessionId);
    throw error;
  } finally {
    title.settle();
  }
}

function sit(branch: Session, { agent, lease }: NonNullable<BranchParts['seated']>): void {
  branch.seat.sit({ lease, agentSessionId: agent.agentSessionId, binding: 1, reseed: agent.block });
}

/** Other live sessions of the workspace hear of the branch; nobody depends on it. */
function tellNeighbours(
  core: Core,
  source: Session,
  told: {
    readonly sourceSessionId: SessionId;
    readonly newSessionId: SessionId;
    readonly displayName: string;
  },
): void {
  for (const session of core.registry.awake()) {
    const isNeighbour = session !== source && session.id !== told.newSessionId && session.seat.isTaken;
    if (isNeighbour && session.state.workspace === source.state.workspace)
      session.submit({ kind: 'branched', ...told });
  }
}

const cleanName = (name: string | undefined): string | undefined =>
  name?.replaceAll(/\p{Cc}/gu, '').slice(0, maxNameChars);
