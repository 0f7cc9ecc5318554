import { type Static, Type } from 'typebox';
import { AgentDescriptor } from '../model/agent-descriptor.ts';
import { AgentSessionPage, ImportedAgentSession } from '../model/agent-session.ts';
import { DisplayName } from '../model/primitives.ts';
import { defineOperation } from './define-operation.ts';

const agentParams = Type.Object({ agent: Type.String({ description: 'Name of a configured agent.' }) });

export const AgentList = Type.Object({ agents: Type.Array(AgentDescriptor), defaultAgent: Type.String() });
export type AgentList = Static<typeof AgentList>;

export const listAgents = defineOperation({
  name: 'listAgents',
  method: 'GET',
  path: '/agents',
  summary: 'Lists the agents that can run and what each can do.',
  responses: { 200: AgentList },
  errors: [],
  scope: 'read',
  tag: 'capabilities',
  isSeed: false,
});

export const getAgent = defineOperation({
  name: 'getAgent',
  method: 'GET',
  path: '/agents/:agent',
  summary: 'Describes one agent.',
  params: agentParams,
  responses: { 200: AgentDescriptor },
  errors: ['agent_not_found'],
  scope: 'read',
  tag: 'capabilities',
  isSeed: false,
});

const agentFailures = [
  'agent_not_found',
  'agent_start_failed',
  'agent_auth_required',
  'agent_exited',
  'agent_error',
  'init_timeout',
  'capability_missing',
] as const;

export const ListAgentSessionsQuery = Type.Object({
  cwd: Type.Optional(Type.String({ description: 'Only sessions of this directory; default all.' })),
  cursor: Type.Optional(Type.String({ description: '`nextCursor` of the page before.' })),
});
export type ListAgentSessionsQuery = Static<typeof ListAgentSessionsQuery>;

export const listAgentSessions = defineOperation({
  name: 'listAgentSessions',
  method: 'GET',
  path: '/agents/:agent/sessions',
  summary: "Lists the agent's own sessions, as far as they lie in a workspace. Starts the agent.",
  params: agentParams,
  query: ListAgentSessionsQuery,
  responses: { 200: AgentSessionPage },
  errors: [...agentFailures, 'invalid_cwd', 'workspace_mismatch'],
  scope: 'read',
  tag: 'agents_import',
  isSeed: false,
});

export const ImportAgentSessionBody = Type.Object(
  {
    cwd: Type.Optional(
      Type.String({ maxLength: 4096, description: 'Default: the directory the agent lists it with.' }),
    ),
    displayName: Type.Optional(DisplayName),
  },
  { additionalProperties: false },
);
export type ImportAgentSessionBody = Static<typeof ImportAgentSessionBody>;

export const importAgentSession = defineOperation({
  name: 'importAgentSession',
  method: 'POST',
  path: '/agents/:agent/sessions/:agentSessionId/import',
  summary: 'Takes over a session of the agent: its past goes into the journal, its future is held here.',
  params: Type.Object({ ...agentParams.properties, agentSessionId: Type.String() }),
  body: ImportAgentSessionBody,
  responses: { 201: ImportedAgentSession },
  fieldErrors: { displayName: 'invalid_metadata' },
  errors: [
    ...agentFailures,
    'invalid_cwd',
    'invalid_metadata',
    'workspace_mismatch',
    'session_exists',
    'session_limit_exceeded',
    'session_restore_timeout',
  ],
  scope: 'write',
  tag: 'agents_import',
  isSeed: false,
  idempotency: 'join',
});
