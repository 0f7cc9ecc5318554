import { DaemonError, type PermissionRequestId } from '@holdfast/protocol';
import { mediate } from '../permissions/mediation-policy.ts';
import type { CommandOf } from './command.ts';
import { type Decision, nothing, requireOpen, requireRegistered } from './decision.ts';
import { event, fact } from './entry.ts';
import { closedReasonOf, type OpenPermission, type SessionState, type Turn } from './state.ts';

/** Permission requests of one session that may wait at once; more are answered `cancelled`. */
export const maxPendingPermissions = 64;

/** The agent asks. Without a turn that could be waiting for it the answer is `cancelled` at once. */
export function decideAsk(state: SessionState, command: CommandOf<'ask'>): Decision {
  const { requestId, toolCall, options, binding } = command;
  const turn = runningTurn(state);
  const mayAsk =
    turn !== undefined &&
    turn.ending === null &&
    state.binding?.number === binding &&
    Object.keys(turn.permissions).length < maxPendingPermissions;
  if (!mayAsk) {
    return {
      entries: [],
      effects: [{ kind: 'answer_permission', requestId, outcome: { outcome: 'cancelled' } }],
    };
  }
  const { sessionId } = state;
  const { promptId } = turn;
  return {
    entries: [
      event('permission_request', { requestId, sessionId, toolCall, options: [...options] }, { promptId }),
      fact('permission_policy', { requestId, policy: command.policy }),
    ],
    effects: [],
  };
}

/** Somebody answers: the first vote that the policy admits decides.
 * @throws permission_not_found, invalid_option_id, permission_forbidden{reason} */
export function decideVote(state: SessionState, command: CommandOf<'vote'>): Decision {
  requireOpen(state);
  requireRegistered(state, command.clientId);
  const { sessionId } = state;
  const { requestId, outcome, clientId } = command;
  const turn = runningTurn(state);
  const request = turn && openRequest(turn, requestId);
  if (turn === undefined || request === undefined) throw unknownPermission(requestId);
  if (
    outcome.outcome === 'selected' &&
    !request.options.some(({ optionId }) => optionId === outcome.optionId)
  ) {
    const optionIds = request.options.map(({ optionId }) => optionId);
    throw new DaemonError(
      'invalid_option_id',
      `option "${outcome.optionId}" is not offered; choose one of ${optionIds.join(', ')}`,
      { sessionId, requestId, optionId: outcome.optionId, optionIds },
    );
  }
  const isCancel = outcome.outcome === 'cancelled';
  const vote = { isCancel, voter: clientId, originator: turn.clientId, isLocal: command.isLocal };
  const mediation = mediate(request.policy, vote);
  if (mediation.kind === 'forbidden') throw forbidden(requestId, request.policy, mediation.reason);
  return {
    entries: [
      event('permission_resolved', { requestId, sessionId, outcome }, { promptId: turn.promptId, clientId }),
    ],
    effects: [{ kind: 'answer_permission', requestId, outcome }],
  };
}

/** A vote was not admitted: readers hear of it. */
export function decideForbiddenVote(state: SessionState, command: CommandOf<'forbidden_vote'>): Decision {
  if (closedReasonOf(state.phase) !== null) return nothing;
  const { requestId, reason, clientId } = command;
  const { sessionId } = state;
  return {
    entries: [event('permission_forbidden', { requestId, sessionId, clientId, reason }, { clientId })],
    effects: [],
  };
}

/** The request ends without a vote. */
export function decideDismiss(state: SessionState, { requestId, reason }: CommandOf<'dismiss'>): Decision {
  const turn = runningTurn(state);
  if (turn === undefined || openRequest(turn, requestId) === undefined) return nothing;
  const { sessionId } = state;
  const outcome = { outcome: 'cancelled', reason } as const;
  return {
    entries: [event('permission_resolved', { requestId, sessionId, outcome }, { promptId: turn.promptId })],
    effects: [{ kind: 'answer_permission', requestId, outcome: { outcome: 'cancelled' } }],
  };
}

/** A vote came after the answer: readers hear what the answer was. */
export function decideLateVote(state: SessionState, command: CommandOf<'late_vote'>): Decision {
  if (closedReasonOf(state.phase) !== null) return nothing;
  const { requestId, outcome, clientId } = command;
  const { sessionId } = state;
  return {
    entries: [event('permission_already_resolved', { requestId, sessionId, outcome }, { clientId })],
    effects: [],
  };
}

/** The refusal of a vote nobody is waiting for. */
export const unknownPermission = (requestId: string): DaemonError =>
  new DaemonError(
    'permission_not_found',
    `permission request "${requestId}" is not pending; it was answered, or never asked`,
    { requestId },
  );

const forbidden = (requestId: string, policy: string, reason: string): DaemonError =>
  new DaemonError(
    'permission_forbidden',
    reason === 'remote_not_allowed'
      ? `policy "${policy}" takes votes from this machine only; vote there, or cancel the request`
      : `policy "${policy}" takes votes from the client that sent the prompt only; vote as that client, or cancel the request`,
    { requestId, reason },
  );

/** The names that objects have by nature are no requests. */
const openRequest = ({ permissions }: Turn, requestId: PermissionRequestId): OpenPermission | undefined =>
  Object.hasOwn(permissions, requestId) ? permissions[requestId] : undefined;

const runningTurn = (state: SessionState): Turn | undefined =>
  state.phase.kind === 'running' ? state.phase.turn : undefined;
