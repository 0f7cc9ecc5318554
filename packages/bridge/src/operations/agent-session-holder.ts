import type { AgentSessionId, SessionId } from '@holdfast/protocol';
import type { Core } from '../core.ts';

/** The session of ours that speaks through an agent session, or spoke through it last. */
export async function holderOf(
  { registry, index }: Core,
  agent: string,
  agentSessionId: AgentSessionId,
): Promise<{ readonly sessionId: SessionId } | undefined> {
  for (const { id, state } of registry.awake()) {
    if (state.agent === agent && state.binding?.agentSessionId === agentSessionId) return { sessionId: id };
  }
  const sessionId = await index.findByAgentSession(agent, agentSessionId);
  return sessionId && { sessionId };
}
