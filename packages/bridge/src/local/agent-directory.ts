import type { AgentDirectory } from '../api/agent-directory.ts';
import type { Core } from '../core.ts';
import { describeAgents } from '../operations/describe-agents.ts';
import { type Adoptions, importAgentSession } from '../operations/import-agent-session.ts';
import { describeAgent, listAgentSessions } from '../operations/list-agent-sessions.ts';
import type { Gate } from './gate.ts';

export function localAgentDirectory(core: Core, gate: Gate): AgentDirectory {
  const adoptions: Adoptions = new Set();
  return {
    listAgents: () => describeAgents(core),
    getAgent: (agent) => describeAgent(core, agent),
    async listAgentSessions(agent, query) {
      gate.admit();
      return await listAgentSessions(core, agent, query);
    },
    async importAgentSession(source, body, caller) {
      gate.admit();
      return await importAgentSession(core, adoptions, { ...source, body }, caller);
    },
  };
}
