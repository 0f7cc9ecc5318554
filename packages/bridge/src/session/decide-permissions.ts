import { DaemonError } from '@holdfast/protocol';
import type { CommandOf } from './command.ts';
import { type Decision, nothing, requireOpen, requireRegistered } from './decision.ts';
import { event } from './entry.ts';
import type { SessionState, Turn } from './state.ts';

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
    return { entries: [], effects: [{ kind: 'answer_permission', requestId, outcome: { outcome: 'cancelled' } }] };
  }
  const { sessionId } = state;
  const { promptId } = turn;
  return {
    entries: [event('permission_request', { requestId, sessionId, toolCall, options: [...options] }, { promptId })],
    effects: [{ kind: 'watch_permission', requestId }],
  };
}

/** Somebody answers: the first one decides. @throws permission_not_found, invalid_option_id */
export function decideVote(state: SessionState, command: CommandOf<'vote'>): Decision {
  requireOpen(state);
  requireRegistered(state, command.clientId);
  const { sessionId } = state;
  const { requestId, outcome, clientId } = command;
  const turn = runningTurn(state);
  const request = turn?.permissions[requestId];
  if (turn === undefined || request === undefined) throw unknownPermission(requestId);
  if (outcome.outcome === 'selected' && !request.options.some(({ optionId }) => optionId === outcome.optionId)) {
    const optionIds = request.options.map(({ optionId }) => optionId);
    throw new DaemonError(
      'invalid_option_id',
      `option "${outcome.optionId}" is not offered; choose one of ${optionIds.join(', ')}`,
      { sessionId, requestId, optionId: outcome.optionId, optionIds },
    );
  }
  return {
    entries: [event('permission_resolved', { requestId, sessionId, outcome }, { promptId: turn.promptId, clientId })],
    effects: [{ kind: 'answer_permission', requestId, outcome }],
  };
}

/** The request ends without a vote. */
export function decideDismiss(state: SessionState, { requestId, reason }: CommandOf<'dismiss'>): Decision {
  const turn = runningTurn(state);
  if (turn?.permissions[requestId] === undefined) return nothing;
  const { sessionId } = state;
  const outcome = { outcome: 'cancelled', reason } as const;
  return {
    entries: [event('permission_resolved', { requestId, sessionId, outcome }, { promptId: turn.promptId })],
    effects: [{ kind: 'answer_permission', requestId, outcome: { outcome: 'cancelled' } }],
  };
}

/** A vote came after the answer: readers hear what the answer was. */
export function decideLateVote(state: SessionState, command: CommandOf<'late_vote'>): Decision {
  if (state.phase.kind === 'closed') return nothing;
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

const runningTurn = (state: SessionState): Turn | undefined =>
  state.phase.kind === 'running' ? state.phase.turn : undefined;
