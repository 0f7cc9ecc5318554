import {
  type AgentSessionId,
  type ClientId,
  DaemonError,
  type ImportAgentSessionBody,
  type ImportedAgentSession,
  promptIdFrom,
  sessionIdFrom,
} from '@holdfast/protocol';
import type { Caller, Delivery } from '../api/caller.ts';
import type { Core } from '../core.ts';
import type { AgentConnection, AgentLease } from '../ports/agents.ts';
import { EarlySink } from '../session/agent-seat.ts';
import { agentSink } from '../session/agent-sink.ts';
import type { Session } from '../session/session.ts';
import { toRow } from '../session/snapshot.ts';
import type { TurnRecord } from '../session/state.ts';
import { agentStateOf } from '../session/summary.ts';
import { abandonCreated } from './abandon-session.ts';
import { holderOf } from './agent-session-holder.ts';
import { composeAdopted } from './compose-adopted.ts';
import type { KeepAnswer } from './idempotent-requests.ts';
import { requireAgent, requireListing } from './list-agent-sessions.ts';
import { checkedName } from './update-metadata.ts';

interface Adopting {
  readonly agent: string;
  readonly agentSessionId: AgentSessionId;
  readonly body: ImportAgentSessionBody;
}

interface Made {
  readonly answer: ImportedAgentSession;
  /** Absent for a stored answer. */
  readonly made:
    | { readonly session: Session; readonly clientId: ClientId; readonly lastTurn: TurnRecord | null }
    | undefined;
}

/** Agent sessions that are being taken over: none becomes two sessions of ours. */
export type Adoptions = Set<string>;

/**
 * Takes over a session that only its agent has: what it replays goes into a journal of ours, and the new session
 * speaks through that very agent session from now on.
 * @throws agent_not_found, capability_missing, session_exists, session_limit_exceeded, agent_error, …
 */
export async function importAgentSession(
  core: Core,
  adoptions: Adoptions,
  adopting: Adopting,
  caller: Caller,
): Promise<Delivery<ImportedAgentSession>> {
  requireAgent(core, adopting.agent);
  const { result, isReplayed } = await core.requests.once<Made>(
    caller,
    { operation: `importAgentSession ${adopting.agent} ${adopting.agentSessionId}`, whileRunning: 'join' },
    (keep) => adoptOnce(core, adoptions, adopting, caller, keep),
    (answer: ImportedAgentSession) => ({ answer, made: undefined }),
  );
  const { answer, made } = result;
  return {
    answer,
    isReplayed,
    abandon: async () => {
      if (made === undefined || caller.idempotency !== undefined) return;
      await abandonCreated(core, made.session, { ...made, attached: false });
    },
  };
}

async function adoptOnce(
  core: Core,
  adoptions: Adoptions,
  adopting: Adopting,
  caller: Caller,
  keep: KeepAnswer,
): Promise<Made> {
  const { agent, agentSessionId } = adopting;
  const name = `${agent} ${agentSessionId}`;
  if (adoptions.has(name)) throw held(agentSessionId, undefined);
  adoptions.add(name);
  try {
    const holder = await holderOf(core, agent, agentSessionId);
    if (holder !== undefined) throw held(agentSessionId, holder.sessionId);
    return await adopt(core, adopting, caller, keep);
  } finally {
    adoptions.delete(name);
  }
}

async function adopt(core: Core, adopting: Adopting, caller: Caller, keep: KeepAnswer): Promise<Made> {
  const { agent, agentSessionId } = adopting;
  const session = core.registry.prepare(sessionIdFrom(core.ids.uuid()));
  let lease: AgentLease | undefined;
  try {
    const place = await placeOf(core, adopting);
    lease = await core.agents.lease(agent, place.workspace);
    const { connection } = lease;
    requireLoading(connection);
    session.seat.reserve(() => core.slots.acquire());
    const sink = new EarlySink();
    const { replayed, ...agentState } = await connection.adoptSession(
      agentSessionId,
      { cwd: place.cwd, mcpServers: [] },
      sink,
    );
    const made = await record(core, session, {
      ...adopting,
      place,
      caller,
      lease,
      replayed,
      agentState,
      keep,
    });
    sink.connect(agentSink(core, session, 1));
    return made;
  } catch (error) {
    session.seat.leave();
    lease?.release();
    throw error;
  }
}

interface Parts extends Adopting {
  readonly place: { readonly cwd: string; readonly workspace: string };
  readonly caller: Caller;
  readonly lease: AgentLease;
  readonly replayed: readonly Readonly<Record<string, unknown>>[];
  readonly agentState: Parameters<typeof composeAdopted>[0]['agentState'];
  readonly keep: KeepAnswer;
}

/** Writes journal, row and answer in one commit; the agent session is let go of when that fails. */
async function record(core: Core, session: Session, parts: Parts): Promise<Made> {
  const { agent, agentSessionId, body, place, caller, lease, replayed, agentState, keep } = parts;
  const clientId = core.ids.clientId(caller.clientId);
  const displayName = checkedName(body.displayName ?? null);
  const { state, lastSeq, entries, turns } = composeAdopted({
    ...{
      sessionId: session.id,
      ...place,
      agent,
      agentSessionId,
      displayName,
      clientId,
      agentState,
      replayed,
    },
    nextPromptId: () => promptIdFrom(core.ids.uuid()),
    now: core.clock.now(),
  });
  const answer: ImportedAgentSession = {
    sessionId: session.id,
    workspaceCwd: state.cwd,
    agent,
    attached: false,
    clientId,
    createdAt: new Date(state.createdAt).toISOString(),
    hasActivePrompt: false,
    lastEventId: 0,
    eventEpoch: core.epoch,
    state: agentStateOf(state),
    context: 'native',
    displayName: displayName ?? undefined,
    importedFrom: { agent, agentSessionId },
    turns,
  };
  try {
    session.seat.sit({ lease, agentSessionId, binding: 1, reseed: null });
    await core.journal.commit({
      appends: [{ sessionId: session.id, expectedSeq: 0, entries }],
      rows: [toRow(state, lastSeq)],
      keys: keep(answer, session.id),
      isAcknowledged: true,
    });
    session.begin({ state, lastSeq, nextSeq: lastSeq + 1 });
    core.registry.enter(session);
    return { answer, made: { session, clientId, lastTurn: state.lastTurn } };
  } catch (error) {
    void lease.connection.closeSession(agentSessionId);
    throw error;
  }
}

/** Where the caller or the agent says that the session lives. @throws agent_error, invalid_cwd, workspace_mismatch */
async function placeOf(core: Core, { agent, agentSessionId, body: { cwd } }: Adopting) {
  const asked = await core.workspaces.locate(cwd);
  if (cwd !== undefined) return asked;
  const lease = await core.agents.lease(agent, asked.workspace);
  try {
    return await core.workspaces.locate(await homeOf(lease.connection, agentSessionId));
  } finally {
    lease.release();
  }
}

async function homeOf(connection: AgentConnection, agentSessionId: AgentSessionId): Promise<string> {
  requireListing(connection);
  let cursor: string | undefined;
  do {
    const page = await connection.listSessions({ cursor });
    const found = page.sessions.find((session) => session.agentSessionId === agentSessionId);
    if (found !== undefined) return found.cwd;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  throw new DaemonError(
    'agent_error',
    `agent "${connection.agent}" does not list a session "${agentSessionId}"; name its cwd, or one of its sessions`,
    { agent: connection.agent, agentSessionId },
  );
}

function requireLoading({ agent, introduction }: AgentConnection): void {
  if (introduction.capabilities.canLoad) return;
  throw new DaemonError(
    'capability_missing',
    `agent "${agent}" cannot replay its sessions (ACP session/load), so they cannot be taken over`,
    { agent, capability: 'session/load' },
  );
}

const held = (agentSessionId: AgentSessionId, sessionId: string | undefined): DaemonError =>
  new DaemonError(
    'session_exists',
    `the agent's session "${agentSessionId}" is held here already${sessionId === undefined ? '' : ` as ${sessionId}; load that one`}`,
    { agentSessionId, sessionId },
  );
