import { type Static, Type } from 'typebox';
import { AgentState, AvailableCommand } from '../model/agent-state.ts';
import { Envelope } from '../model/envelope.ts';
import { SessionIdText } from '../model/primitives.ts';
import { PendingPrompt, PromptOutcome } from '../model/turn.ts';
import { defineOperation, type Operation } from './define-operation.ts';
import { promptParams, sessionParams } from './parameters.ts';
import { branchSession, loadSession, resumeSession } from './planned-restore.ts';

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

export const PendingPromptList = Type.Object({ pendingPrompts: Type.Array(PendingPrompt) });
export type PendingPromptList = Static<typeof PendingPromptList>;

export const listPendingPrompts = defineOperation({
  name: 'listPendingPrompts',
  method: 'GET',
  path: '/session/:id/pending-prompts',
  summary: 'Lists the running and waiting prompts in order.',
  params: sessionParams,
  responses: { 200: PendingPromptList },
  errors: ['session_not_found'],
  scope: 'read',
  tag: 'session_prompt',
  isSeed: true,
});

export const removePendingPrompt = defineOperation({
  name: 'removePendingPrompt',
  method: 'DELETE',
  path: '/session/:id/pending-prompts/:promptId',
  summary: 'Removes a waiting prompt; the running one is not touched.',
  params: promptParams,
  responses: { 200: Type.Object({ removed: Type.Boolean() }) },
  errors: ['session_not_found', 'invalid_client_id'],
  scope: 'write',
  tag: 'session_prompt',
  isSeed: true,
});

export const TranscriptQuery = Type.Object({
  limit: Type.Optional(Type.String({ description: 'Events a page.' })),
  cursor: Type.Optional(Type.String()),
  direction: Type.Optional(Type.Enum(['forward', 'backward'])),
});
export type TranscriptQuery = Static<typeof TranscriptQuery>;

export const TranscriptPage = Type.Object({
  v: Type.Literal(1),
  sessionId: SessionIdText,
  events: Type.Array(Envelope),
  hasMore: Type.Boolean(),
  nextCursor: Type.Optional(Type.String()),
});
export type TranscriptPage = Static<typeof TranscriptPage>;

export const getTranscript = defineOperation({
  name: 'getTranscript',
  method: 'GET',
  path: '/session/:id/transcript',
  summary: 'Returns the events of a session by page, from the journal.',
  params: sessionParams,
  query: TranscriptQuery,
  responses: { 200: TranscriptPage },
  fieldErrors: { cursor: 'invalid_cursor' },
  errors: ['session_not_found', 'invalid_cursor'],
  scope: 'read',
  tag: 'session_transcript',
  isSeed: true,
});

export const getPrompt = defineOperation({
  name: 'getPrompt',
  method: 'GET',
  path: '/session/:id/prompts/:promptId',
  summary: 'Returns what became of one accepted prompt.',
  params: promptParams,
  responses: { 200: PromptOutcome },
  errors: ['session_not_found', 'prompt_not_found'],
  scope: 'read',
  tag: 'session_prompt',
  isSeed: false,
});

/** Operations whose shape is fixed but which are not served yet; each moves to `operations` when it works. */
export const plannedOperations = {
  loadSession,
  resumeSession,
  branchSession,
  getSessionContext,
  getSupportedCommands,
  setSessionModel,
  setSessionMode,
  setApprovalMode,
  listPendingPrompts,
  removePendingPrompt,
  getTranscript,
  getPrompt,
} as const satisfies Record<string, Operation>;

export type PlannedOperationName = keyof typeof plannedOperations;
