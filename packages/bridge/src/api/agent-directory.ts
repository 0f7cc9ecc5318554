import type {
  AgentDescriptor,
  AgentSessionId,
  AgentSessionPage,
  ImportAgentSessionBody,
  ImportedAgentSession,
  ListAgentSessionsQuery,
} from '@holdfast/protocol';
import type { Caller, Delivery } from './caller.ts';

/** The agents that can run, and what they keep by themselves. */
export interface AgentDirectory {
  listAgents(): readonly AgentDescriptor[];
  /** @throws agent_not_found */
  getAgent(agent: string): AgentDescriptor;
  /** Starts the agent where it does not run. @throws agent_not_found, capability_missing, agent_start_failed, … */
  listAgentSessions(agent: string, query: ListAgentSessionsQuery): Promise<AgentSessionPage>;
  /** Makes one of the agent's own sessions one of ours. @throws session_exists when it is that already, … */
  importAgentSession(
    source: { readonly agent: string; readonly agentSessionId: AgentSessionId },
    body: ImportAgentSessionBody,
    caller: Caller,
  ): Promise<Delivery<ImportedAgentSession>>;
}
