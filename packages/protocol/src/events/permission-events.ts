import { Type } from 'typebox';
import { PermissionOption, PermissionOutcome, PermissionToolCall } from '../model/permission.ts';
import { RequestIdText, SessionIdText } from '../model/primitives.ts';

const request = { requestId: RequestIdText, sessionId: SessionIdText };

/** Questions of the agent and their answers. */
export const permissionEvents = {
  permission_request: Type.Object(
    { ...request, toolCall: PermissionToolCall, options: Type.Array(PermissionOption) },
    { description: 'The agent asks; anyone entitled by the policy may answer.' },
  ),
  permission_resolved: Type.Object(
    { ...request, outcome: PermissionOutcome },
    { description: 'The one answer the agent got.' },
  ),
  permission_already_resolved: Type.Object(
    { ...request, outcome: PermissionOutcome },
    { description: 'A late vote met an answered request; once per request and client.' },
  ),
  permission_partial_vote: Type.Object(
    {
      ...request,
      votesReceived: Type.Integer({ minimum: 0 }),
      votesNeeded: Type.Integer({ minimum: 0, description: 'Votes still missing.' }),
      quorum: Type.Integer({ minimum: 1 }),
      optionTallies: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
    },
    { description: 'A vote counted under the consensus policy without deciding.' },
  ),
  permission_forbidden: Type.Object(
    {
      ...request,
      clientId: Type.Optional(Type.String()),
      reason: Type.Enum(['designated_mismatch', 'remote_not_allowed']),
    },
    { description: 'A vote the policy does not admit.' },
  ),
} as const;
