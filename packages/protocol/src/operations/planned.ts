import { PromptOutcome } from '../model/turn.ts';
import { defineOperation, type Operation } from './define-operation.ts';
import { promptParams } from './parameters.ts';

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
export const plannedOperations = { getPrompt } as const satisfies Record<string, Operation>;

export type PlannedOperationName = keyof typeof plannedOperations;
