import { type Static, Type } from 'typebox';
import { PromptIdText } from '../model/primitives.ts';
import { PromptOutcome } from '../model/turn.ts';
import { defineOperation } from './define-operation.ts';
import { promptParams, sessionParams } from './parameters.ts';
import { PromptAccepted, PromptBody } from './turns.ts';

const { prompt, expectedGeneration, deadlineMs, _meta } = PromptBody.properties;

export const SteerBody = Type.Object(
  { prompt, expectedGeneration, deadlineMs, _meta },
  { additionalProperties: false },
);
export type SteerBody = Static<typeof SteerBody>;

export const steerTurn = defineOperation({
  name: 'steerTurn',
  method: 'POST',
  path: '/session/:id/steer',
  summary:
    'Submits a prompt that interrupts: the running turn is cancelled, the prompt starts before those that wait. A retry with the same key cancels nothing.',
  params: sessionParams,
  body: SteerBody,
  responses: { 202: PromptAccepted },
  fieldErrors: { prompt: 'invalid_prompt', deadlineMs: 'invalid_deadline_ms' },
  errors: [
    'session_not_found',
    'invalid_client_id',
    'invalid_prompt',
    'invalid_deadline_ms',
    'session_changed',
    'agent_unavailable',
    'prompt_queue_full',
    'session_limit_exceeded',
  ],
  scope: 'write',
  tag: 'session_steer',
  isSeed: false,
  idempotency: 'refuse',
});

export const AbortBody = Type.Object(
  {
    promptId: Type.Optional(
      Type.String({
        maxLength: 128,
        description:
          'The prompt to end, running or waiting. Default: the running one, or the one that is about to run.',
      }),
    ),
    clearQueue: Type.Optional(
      Type.Boolean({ description: 'Ends everything that waits as well; default false.' }),
    ),
    waitMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 30_000,
        description: 'How long the answer may wait for the terminal; default 0.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type AbortBody = Static<typeof AbortBody>;

export const AbortedPrompt = Type.Object({
  promptId: PromptIdText,
  state: Type.Enum(['cancelling', 'cancelled', 'already_ended'], {
    description:
      '`cancelling`: told to stop, its terminal follows. `cancelled`: ended by an abort. `already_ended`: it had ended, or ended by itself meanwhile.',
  }),
});
export type AbortedPrompt = Static<typeof AbortedPrompt>;

export const AbortedTurns = Type.Object({
  prompts: Type.Array(AbortedPrompt),
  cleared: Type.Array(PromptIdText, { description: 'Prompts that `clearQueue` ended, in their order.' }),
});
export type AbortedTurns = Static<typeof AbortedTurns>;

export const abortTurn = defineOperation({
  name: 'abortTurn',
  method: 'POST',
  path: '/session/:id/abort',
  summary:
    'Ends a prompt as cancelled, whoever sent it, also while its agent is still starting. Repeating it changes nothing.',
  params: sessionParams,
  body: AbortBody,
  responses: { 200: AbortedTurns },
  errors: ['session_not_found', 'invalid_client_id', 'prompt_not_found', 'prompt_mismatch'],
  scope: 'write',
  tag: 'session_abort',
  isSeed: false,
});

export const getPrompt = defineOperation({
  name: 'getPrompt',
  method: 'GET',
  path: '/session/:id/prompts/:promptId',
  summary: 'Returns what became of one accepted prompt, however long ago, also of a closed session.',
  params: promptParams,
  responses: { 200: PromptOutcome },
  errors: ['session_not_found', 'prompt_not_found'],
  scope: 'read',
  tag: 'session_prompt',
  isSeed: false,
});
