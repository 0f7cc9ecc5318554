import { type Static, Type } from 'typebox';
import { AgentState, AvailableCommand } from '../model/agent-state.ts';
import { SessionIdText } from '../model/primitives.ts';
import { defineOperation } from './define-operation.ts';
import { sessionParams } from './parameters.ts';

export const SessionContext = Type.Object({
  v: Type.Literal(1),
  sessionId: SessionIdText,
  workspaceCwd: Type.String(),
  state: AgentState,
});
export type SessionContext = Static<typeof SessionContext>;

export const getSessionContext = defineOperation({
  name: 'getSessionContext',
  method: 'GET',
  path: '/session/:id/context',
  summary: 'Returns models, modes and options as the agent reports them.',
  params: sessionParams,
  responses: { 200: SessionContext },
  errors: ['session_not_found'],
  scope: 'read',
  tag: 'session_context',
  isSeed: true,
});

export const SupportedCommands = Type.Object({
  v: Type.Literal(1),
  sessionId: SessionIdText,
  availableCommands: Type.Array(AvailableCommand),
  availableSkills: Type.Array(Type.String()),
});
export type SupportedCommands = Static<typeof SupportedCommands>;

export const getSupportedCommands = defineOperation({
  name: 'getSupportedCommands',
  method: 'GET',
  path: '/session/:id/supported-commands',
  summary: 'Returns the slash commands the agent published.',
  params: sessionParams,
  responses: { 200: SupportedCommands },
  errors: ['session_not_found'],
  scope: 'read',
  tag: 'session_supported_commands',
  isSeed: true,
});

const settingErrors = [
  'session_not_found',
  'invalid_client_id',
  'capability_missing',
  'agent_error',
] as const;

export const SetSessionModelBody = Type.Object({ modelId: Type.String({ minLength: 1 }) });
export type SetSessionModelBody = Static<typeof SetSessionModelBody>;

export const setSessionModel = defineOperation({
  name: 'setSessionModel',
  method: 'POST',
  path: '/session/:id/model',
  summary: 'Chooses the model of a session.',
  params: sessionParams,
  body: SetSessionModelBody,
  responses: { 200: Type.Object({ modelId: Type.String() }) },
  errors: settingErrors,
  scope: 'write',
  tag: 'session_set_model',
  isSeed: true,
});

export const SetSessionModeBody = Type.Object({ modeId: Type.String({ minLength: 1 }) });
export type SetSessionModeBody = Static<typeof SetSessionModeBody>;

export const setSessionMode = defineOperation({
  name: 'setSessionMode',
  method: 'POST',
  path: '/session/:id/mode',
  summary: 'Chooses the mode of a session.',
  params: sessionParams,
  body: SetSessionModeBody,
  responses: { 200: Type.Object({ modeId: Type.String(), previous: Type.Optional(Type.String()) }) },
  fieldErrors: { modeId: 'invalid_mode' },
  errors: ['invalid_mode', ...settingErrors],
  scope: 'write',
  tag: 'session_approval_mode_control',
  isSeed: true,
});

export const SetApprovalModeBody = Type.Object({ mode: Type.String({ minLength: 1 }) });
export type SetApprovalModeBody = Static<typeof SetApprovalModeBody>;

export const setApprovalMode = defineOperation({
  name: 'setApprovalMode',
  method: 'POST',
  path: '/session/:id/approval-mode',
  summary: 'Chooses the mode of a session, by the name published clients use.',
  params: sessionParams,
  body: SetApprovalModeBody,
  responses: {
    200: Type.Object({
      sessionId: SessionIdText,
      mode: Type.String(),
      previous: Type.Optional(Type.String()),
      persisted: Type.Literal(false),
    }),
  },
  fieldErrors: { mode: 'invalid_mode' },
  errors: ['invalid_mode', ...settingErrors],
  scope: 'write',
  tag: 'session_approval_mode_control',
  isSeed: true,
});
