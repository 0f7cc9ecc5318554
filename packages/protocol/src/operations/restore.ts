import { type Static, Type } from 'typebox';
import { BranchedSession, RestoredSession } from '../model/created-session.ts';
import { EventId, PromptIdText } from '../model/primitives.ts';
import { defineOperation } from './define-operation.ts';
import { sessionParams } from './parameters.ts';

export const RestoreSessionBody = Type.Object({ cwd: Type.Optional(Type.String({ maxLength: 4096 })) });
export type RestoreSessionBody = Static<typeof RestoreSessionBody>;

const restoreErrors = [
  'session_not_found',
  'invalid_client_id',
  'workspace_mismatch',
  'invalid_cwd',
  'restore_in_progress',
  'session_limit_exceeded',
  'session_restore_timeout',
  'agent_unavailable',
  'agent_start_failed',
  'agent_auth_required',
  'init_timeout',
] as const;

export const loadSession = defineOperation({
  name: 'loadSession',
  method: 'POST',
  path: '/session/:id/load',
  summary: 'Brings a session back; the cursor it answers replays its history.',
  params: sessionParams,
  body: RestoreSessionBody,
  responses: { 200: RestoredSession },
  errors: restoreErrors,
  scope: 'write',
  tag: 'session_load',
  isSeed: true,
  idempotency: 'join',
});

export const resumeSession = defineOperation({
  name: 'resumeSession',
  method: 'POST',
  path: '/session/:id/resume',
  summary: 'Brings a session back; the cursor it answers continues at its tail.',
  params: sessionParams,
  body: RestoreSessionBody,
  responses: { 200: RestoredSession },
  errors: restoreErrors,
  scope: 'write',
  tag: 'session_resume',
  isSeed: true,
  idempotency: 'join',
});

export const BranchSessionBody = Type.Object({
  name: Type.Optional(
    Type.String({ description: 'Control characters are stripped; cut at 200 characters.' }),
  ),
  atEventId: Type.Optional(EventId),
  atPromptId: Type.Optional(PromptIdText),
  onBusy: Type.Optional(Type.Enum(['wait', 'reject'], { description: 'Default wait.' })),
});
export type BranchSessionBody = Static<typeof BranchSessionBody>;

export const branchSession = defineOperation({
  name: 'branchSession',
  method: 'POST',
  path: '/session/:id/branch',
  summary: 'Makes a new session out of the history up to the head, an event or a prompt.',
  params: sessionParams,
  body: BranchSessionBody,
  responses: { 201: BranchedSession },
  errors: [
    'session_not_found',
    'invalid_client_id',
    'branch_point_invalid',
    'branch_while_prompt_active',
    'session_limit_exceeded',
    'agent_unavailable',
    'agent_start_failed',
    'init_timeout',
  ],
  scope: 'write',
  tag: 'session_branch',
  isSeed: true,
  idempotency: 'join',
});
