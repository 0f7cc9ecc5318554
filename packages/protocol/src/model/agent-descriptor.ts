import { type Static, Type } from 'typebox';
import { JsonObject } from './primitives.ts';

/** What an agent can do beyond ACP's baseline; known once it has been initialized. A declaration is a hint. */
export const AgentAbilities = Type.Object({
  loadSession: Type.Boolean(),
  resumeSession: Type.Boolean(),
  forkSession: Type.Boolean(),
  listSessions: Type.Boolean(),
  closeSession: Type.Boolean(),
  deleteSession: Type.Boolean(),
  promptImage: Type.Boolean(),
  promptAudio: Type.Boolean(),
  promptEmbeddedContext: Type.Boolean(),
});
export type AgentAbilities = Static<typeof AgentAbilities>;

/** One agent that can run, as configured and as it introduced itself. */
export const AgentDescriptor = Type.Object({
  agent: Type.String({ description: 'Its name in `agent` fields.' }),
  title: Type.String(),
  isDefault: Type.Boolean(),
  isolation: Type.Enum(['workspace', 'session']),
  available: Type.Boolean({ description: 'Whether its executable was found.' }),
  unavailableReason: Type.Optional(Type.String()),
  version: Type.Optional(Type.String()),
  abilities: Type.Optional(AgentAbilities),
  authMethods: Type.Optional(Type.Array(JsonObject)),
  processes: Type.Integer({ minimum: 0, description: 'Running processes of this agent.' }),
  sessions: Type.Integer({ minimum: 0, description: 'Sessions bound to them.' }),
});
export type AgentDescriptor = Static<typeof AgentDescriptor>;
