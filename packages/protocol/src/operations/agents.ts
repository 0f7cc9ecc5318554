import { type Static, Type } from 'typebox';
import { AgentDescriptor } from '../model/agent-descriptor.ts';
import { defineOperation } from './define-operation.ts';

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
