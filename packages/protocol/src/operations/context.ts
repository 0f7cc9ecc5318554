import { type Static, Type } from 'typebox';
import {
  Checkpoint,
  CheckpointIdText,
  CompactionStrategy,
  Generation,
  NewGeneration,
} from '../model/checkpoint.ts';
import { BranchedSession } from '../model/created-session.ts';
import { SessionIdText } from '../model/primitives.ts';
import { defineOperation } from './define-operation.ts';
import { sessionParams } from './parameters.ts';
import { PromptAccepted } from './turns.ts';

const expectedGeneration = Type.Optional(
  Type.Integer({
    minimum: 1,
    description: 'Refused with `session_changed` when another one began meanwhile.',
  }),
);
const checkpointParams = Type.Object({ id: SessionIdText, checkpointId: CheckpointIdText });

export const ResetSessionBody = Type.Object(
  {
    reason: Type.Enum(['new', 'reset']),
    expectedGeneration,
    queue: Type.Enum(['keep', 'drop'], {
      description: 'Prompts that wait run in the new generation, or end as cancelled.',
    }),
  },
  { additionalProperties: false },
);
export type ResetSessionBody = Static<typeof ResetSessionBody>;

export const resetSession = defineOperation({
  name: 'resetSession',
  method: 'POST',
  path: '/session/:id/reset',
  summary: 'Begins the conversation anew with nothing; the generation so far stays readable.',
  params: sessionParams,
  body: ResetSessionBody,
  responses: { 200: NewGeneration },
  errors: ['session_not_found', 'invalid_client_id', 'session_changed', 'restore_in_progress'],
  scope: 'write',
  tag: 'session_reset',
  isSeed: false,
  idempotency: 'refuse',
});

export const CompactSessionBody = Type.Object(
  {
    strategy: CompactionStrategy,
    instructions: Type.Optional(
      Type.String({ minLength: 1, maxLength: 4096, description: 'What to keep, in words for the agent.' }),
    ),
    interrupt: Type.Optional(
      Type.Boolean({ description: 'Stops the running turn and goes before what waits; default false.' }),
    ),
  },
  { additionalProperties: false },
);
export type CompactSessionBody = Static<typeof CompactSessionBody>;

/** What compact answers: the turn it was admitted as, and the way back. */
export const CompactionAccepted = Type.Object({
  ...PromptAccepted.properties,
  checkpointId: CheckpointIdText,
});
export type CompactionAccepted = Static<typeof CompactionAccepted>;

export const compactSession = defineOperation({
  name: 'compactSession',
  method: 'POST',
  path: '/session/:id/compact',
  summary:
    "Compacts the agent's context by a turn of its own; `compaction_completed` or `compaction_failed` tells the outcome.",
  params: sessionParams,
  body: CompactSessionBody,
  responses: { 202: CompactionAccepted },
  errors: [
    'session_not_found',
    'invalid_client_id',
    'capability_missing',
    'agent_unavailable',
    'prompt_queue_full',
    'session_limit_exceeded',
  ],
  scope: 'write',
  tag: 'session_compact',
  isSeed: false,
  idempotency: 'join',
});

export const CheckpointList = Type.Object({ checkpoints: Type.Array(Checkpoint) });
export type CheckpointList = Static<typeof CheckpointList>;

export const listCheckpoints = defineOperation({
  name: 'listCheckpoints',
  method: 'GET',
  path: '/session/:id/checkpoints',
  summary: 'Lists the checkpoints of a session, oldest first; at most 32 are kept.',
  params: sessionParams,
  responses: { 200: CheckpointList },
  errors: ['session_not_found'],
  scope: 'read',
  tag: 'session_checkpoints',
  isSeed: false,
});

const Name = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });

export const CreateCheckpointBody = Type.Object(
  { name: Type.Optional(Name) },
  { additionalProperties: false },
);
export type CreateCheckpointBody = Static<typeof CreateCheckpointBody>;

export const createCheckpoint = defineOperation({
  name: 'createCheckpoint',
  method: 'POST',
  path: '/session/:id/checkpoints',
  summary:
    'Marks the end of the last finished turn. Over the limit the oldest automatic checkpoint goes first.',
  params: sessionParams,
  body: CreateCheckpointBody,
  responses: { 201: Checkpoint },
  errors: ['session_not_found', 'invalid_client_id'],
  scope: 'write',
  tag: 'session_checkpoints',
  isSeed: false,
  idempotency: 'refuse',
});

export const getCheckpoint = defineOperation({
  name: 'getCheckpoint',
  method: 'GET',
  path: '/session/:id/checkpoints/:checkpointId',
  summary: 'Returns one checkpoint.',
  params: checkpointParams,
  responses: { 200: Checkpoint },
  errors: ['session_not_found', 'checkpoint_not_found'],
  scope: 'read',
  tag: 'session_checkpoints',
  isSeed: false,
});

export const BranchCheckpointBody = Type.Object(
  {
    name: Type.Optional(
      Type.String({ description: 'Control characters are stripped; cut at 200 characters.' }),
    ),
  },
  { additionalProperties: false },
);
export type BranchCheckpointBody = Static<typeof BranchCheckpointBody>;

export const branchCheckpoint = defineOperation({
  name: 'branchCheckpoint',
  method: 'POST',
  path: '/session/:id/checkpoints/:checkpointId/branch',
  summary: 'Makes a new session out of the history up to a checkpoint; its first prompt gets it an agent.',
  params: checkpointParams,
  body: BranchCheckpointBody,
  responses: { 201: BranchedSession },
  errors: ['session_not_found', 'checkpoint_not_found', 'invalid_client_id'],
  scope: 'write',
  tag: 'session_checkpoints',
  isSeed: false,
  idempotency: 'join',
});

export const RestoreCheckpointBody = Type.Object({ expectedGeneration }, { additionalProperties: false });
export type RestoreCheckpointBody = Static<typeof RestoreCheckpointBody>;

export const restoreCheckpoint = defineOperation({
  name: 'restoreCheckpoint',
  method: 'POST',
  path: '/session/:id/checkpoints/:checkpointId/restore',
  summary:
    'Begins the conversation anew with the history up to a checkpoint; the generation so far stays readable.',
  params: checkpointParams,
  body: RestoreCheckpointBody,
  responses: { 200: NewGeneration },
  errors: [
    'session_not_found',
    'checkpoint_not_found',
    'invalid_client_id',
    'session_changed',
    'restore_in_progress',
  ],
  scope: 'write',
  tag: 'session_checkpoints',
  isSeed: false,
  idempotency: 'refuse',
});

export const GenerationList = Type.Object({ generations: Type.Array(Generation) });
export type GenerationList = Static<typeof GenerationList>;

export const listGenerations = defineOperation({
  name: 'listGenerations',
  method: 'GET',
  path: '/session/:id/generations',
  summary: 'Lists the generations of a session, oldest first; at most 64 are remembered.',
  params: sessionParams,
  responses: { 200: GenerationList },
  errors: ['session_not_found'],
  scope: 'read',
  tag: 'session_reset',
  isSeed: false,
});
