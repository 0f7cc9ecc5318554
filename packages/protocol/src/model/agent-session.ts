import { type Static, Type } from 'typebox';
import { RestoredSession } from './created-session.ts';
import { SessionIdText } from './primitives.ts';

/** A session that an agent keeps by itself (ACP session/list). */
export const AgentSession = Type.Object({
  agentSessionId: Type.String(),
  cwd: Type.String(),
  title: Type.Optional(Type.String()),
  updatedAt: Type.Optional(Type.String({ description: 'As the agent says it; ISO 8601 by ACP.' })),
  sessionId: Type.Optional(SessionIdText),
});
export type AgentSession = Static<typeof AgentSession>;

export const AgentSessionPage = Type.Object({
  agent: Type.String(),
  sessions: Type.Array(AgentSession, {
    description: '`sessionId` names the session of this daemon that speaks through it, where there is one.',
  }),
  nextCursor: Type.Optional(Type.String()),
});
export type AgentSessionPage = Static<typeof AgentSessionPage>;

/** What taking over an agent's own session answers: the session it became, live and native. */
export const ImportedAgentSession = Type.Object({
  ...RestoredSession.properties,
  displayName: Type.Optional(Type.String()),
  importedFrom: Type.Object({ agent: Type.String(), agentSessionId: Type.String() }),
  turns: Type.Integer({ minimum: 0, description: 'Turns of the past that are in the journal now.' }),
});
export type ImportedAgentSession = Static<typeof ImportedAgentSession>;
