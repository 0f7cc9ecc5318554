import { agentSessionIdOf } from '@holdfast/protocol';
import type { OperationHandlers } from '../http/operation-handler.ts';
import type { RouteContext } from './context.ts';
import { delivered } from './delivered.ts';

type AgentHandlers = Pick<
  OperationHandlers,
  'listAgents' | 'getAgent' | 'listAgentSessions' | 'importAgentSession'
>;

/** The agents that can run, and the sessions they keep by themselves. */
export function agentHandlers({ bridge }: RouteContext): AgentHandlers {
  return {
    listAgents: () => ({
      status: 200,
      body: { agents: [...bridge.listAgents()], defaultAgent: bridge.defaultAgent },
    }),
    getAgent: ({ params }) => ({ status: 200, body: bridge.getAgent(params.agent) }),
    async listAgentSessions({ params, query }) {
      return { status: 200, body: await bridge.listAgentSessions(params.agent, query) };
    },
    importAgentSession({ params: { agent, agentSessionId }, body, caller }) {
      const source = { agent, agentSessionId: agentSessionIdOf(agentSessionId) };
      return delivered(201, bridge.importAgentSession(source, body, caller));
    },
  };
}
