import { type Static, Type } from 'typebox';
import { PromptContent } from '../model/content.ts';
import { EventEpochText, EventId, JsonObject, PromptIdText } from '../model/primitives.ts';
import { PendingPrompt } from '../model/turn.ts';
import { defineOperation } from './define-operation.ts';
import { emptyBody, promptParams, sessionParams } from './parameters.ts';

export const PromptMode = Type.Enum(['queue', 'interrupt', 'inject', 'reject'], {
  description: 'What to do while another prompt runs; default queue.',
});
export type PromptMode = Static<typeof PromptMode>;

export const PromptBody = Type.Object({
  prompt: PromptContent,
  mode: Type.Optional(PromptMode),
  onUnsupported: Type.Optional(
    Type.Enum(['queue', 'interrupt'], { description: 'Where the agent cannot inject; default queue.' }),
  ),
  expectedGeneration: Type.Optional(Type.Integer({ minimum: 1 })),
  deadlineMs: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, description: 'Time from admission after which the prompt fails.' }),
  ),
  _meta: Type.Optional(Type.Union([JsonObject, Type.Null()])),
});
export type PromptBody = Static<typeof PromptBody>;

export const PromptAccepted = Type.Object({
  promptId: PromptIdText,
  lastEventId: EventId,
  eventEpoch: EventEpochText,
  state: Type.Enum(['queued', 'started', 'injected']),
  position: Type.Integer({
    minimum: 0,
    description: 'Prompts before this one; 0 when it is next or running.',
  }),
});
export type PromptAccepted = Static<typeof PromptAccepted>;

export const promptSession = defineOperation({
  name: 'promptSession',
  method: 'POST',
  path: '/session/:id/prompt',
  summary: 'Submits a prompt; answers once it is durable, before it runs.',
  params: sessionParams,
  body: PromptBody,
  responses: { 202: PromptAccepted },
  fieldErrors: { prompt: 'invalid_prompt', deadlineMs: 'invalid_deadline_ms' },
  errors: [
    'session_not_found',
    'invalid_client_id',
    'invalid_prompt',
    'invalid_deadline_ms',
    'prompt_in_progress',
    'session_changed',
    'agent_unavailable',
    'prompt_queue_full',
    'session_limit_exceeded',
    'capability_missing',
  ],
  scope: 'write',
  tag: 'session_prompt',
  isSeed: true,
  idempotency: 'refuse',
});

export const cancelTurn = defineOperation({
  name: 'cancelTurn',
  method: 'POST',
  path: '/session/:id/cancel',
  summary: 'Cancels the running turn; does nothing when none runs.',
  params: sessionParams,
  body: emptyBody,
  responses: { 204: null },
  errors: ['session_not_found', 'invalid_client_id'],
  scope: 'write',
  tag: 'session_cancel',
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
