import {
  type AgentDescriptor,
  type AgentSession,
  type AgentSessionPage,
  DaemonError,
  type ListAgentSessionsQuery,
} from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { AgentConnection, AgentSessionInfo } from '../ports/agents.ts';
import { holderOf } from './agent-session-holder.ts';
import { describeAgents } from './describe-agents.ts';

/** @throws agent_not_found */
export function describeAgent(core: Core, agent: string): AgentDescriptor {
  const described = describeAgents(core).find((candidate) => candidate.agent === agent);
  if (described !== undefined) return described;
  throw unknownAgent(core, agent);
}

/**
 * Lists what the agent itself keeps, as far as it lies in a workspace, and says which of it is held here already.
 * @throws agent_not_found, capability_missing, invalid_cwd, workspace_mismatch, agent_start_failed, …
 */
export async function listAgentSessions(
  core: Core,
  agent: string,
  { cwd, cursor }: ListAgentSessionsQuery,
): Promise<AgentSessionPage> {
  requireAgent(core, agent);
  const located = await core.workspaces.locate(cwd);
  const lease = await core.agents.lease(agent, located.workspace);
  try {
    requireListing(lease.connection);
    const directory = cwd === undefined ? undefined : located.cwd;
    const { sessions, nextCursor } = await lease.connection.listSessions({ cwd: directory, cursor });
    const shown = await Promise.all(sessions.map((session) => shownSession(core, agent, session)));
    return { agent, sessions: shown.filter((session) => session !== undefined), nextCursor };
  } finally {
    lease.release();
  }
}

/** @throws capability_missing */
export function requireListing({ agent, introduction }: AgentConnection): void {
  if (introduction.capabilities.canList) return;
  throw new DaemonError(
    'capability_missing',
    `agent "${agent}" cannot list its sessions (ACP session/list)`,
    {
      agent,
      capability: 'session/list',
    },
  );
}

/** @throws agent_not_found */
export function requireAgent(core: Core, agent: string): void {
  if (!core.agents.definitions.has(agent)) throw unknownAgent(core, agent);
}

async function shownSession(
  core: Core,
  agent: string,
  { agentSessionId, cwd, title, updatedAt }: AgentSessionInfo,
): Promise<AgentSession | undefined> {
  try {
    await core.workspaces.locate(cwd);
  } catch {
    // Gone, or outside of every workspace: nobody could work there.
    return undefined;
  }
  const holder = await holderOf(core, agent, agentSessionId);
  return {
    agentSessionId,
    cwd,
    title: title ?? undefined,
    updatedAt: updatedAt ?? undefined,
    sessionId: holder?.sessionId,
  };
}

function unknownAgent(core: Core, agent: string): DaemonError {
  const known = [...core.agents.definitions.keys()];
  const message = `agent "${agent}" is not configured; choose one of ${known.join(', ')}`;
  return new DaemonError('agent_not_found', message, { agent, agents: known });
}
