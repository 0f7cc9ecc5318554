import { type Static, Type } from 'typebox';
import { PermissionOutcome } from '../model/permission.ts';
import { RequestIdText } from '../model/primitives.ts';
import { defineOperation } from './define-operation.ts';
import { permissionParams } from './parameters.ts';

export const VotePermissionBody = Type.Object({ outcome: PermissionOutcome });
export type VotePermissionBody = Static<typeof VotePermissionBody>;

const errors = [
  'session_not_found',
  'invalid_client_id',
  'invalid_option_id',
  'permission_forbidden',
  'permission_not_found',
] as const;

export const votePermission = defineOperation({
  name: 'votePermission',
  method: 'POST',
  path: '/session/:id/permission/:requestId',
  summary: 'Answers a permission request of the agent.',
  params: permissionParams,
  body: VotePermissionBody,
  responses: { 200: Type.Object({}) },
  errors,
  scope: 'write',
  tag: 'session_permission_vote',
  isSeed: true,
  idempotency: 'refuse',
});

export const votePermissionLegacy = defineOperation({
  name: 'votePermissionLegacy',
  method: 'POST',
  path: '/permission/:requestId',
  summary: 'Answers a permission request by its id alone.',
  params: Type.Object({ requestId: RequestIdText }),
  body: VotePermissionBody,
  responses: { 200: Type.Object({}) },
  errors,
  scope: 'write',
  tag: 'permission_vote',
  isSeed: true,
  idempotency: 'refuse',
});
