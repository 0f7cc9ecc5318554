import type { PromptId } from '@holdfast/protocol';
import {
  type OpenPermission,
  type Phase,
  type Queue,
  queueOf,
  type SessionState,
  type Turn,
  textOf,
} from './state.ts';

export function withQueue(state: SessionState, queue: Queue): SessionState {
  const { phase } = state;
  if (phase.kind === 'closed') return state;
  const next: Phase = { ...phase, queue };
  return { ...state, phase: next };
}

export function withTurn(state: SessionState, change: (turn: Turn) => Turn): SessionState {
  const { phase } = state;
  return phase.kind === 'running' ? { ...state, phase: { ...phase, turn: change(phase.turn) } } : state;
}

export const withPermission = (state: SessionState, request: OpenPermission): SessionState =>
  withTurn(state, (turn) => ({
    ...turn,
    permissions: { ...turn.permissions, [request.requestId]: request },
  }));

/** A waiting prompt is the running turn now; `at` is epoch ms. */
export function started(state: SessionState, promptId: PromptId, at: number): SessionState {
  const queue = queueOf(state.phase);
  const prompt = queue.find((queued) => queued.promptId === promptId);
  if (prompt === undefined) return state;
  const { clientId, queuedAt, deadlineAt, isAnnounced } = prompt;
  const text = textOf(prompt.content);
  return {
    ...state,
    activityAt: at,
    turnCount: state.turnCount + 1,
    lastTurn: { promptId, state: 'running', startedAt: at, endedAt: null },
    phase: {
      kind: 'running',
      turn: {
        promptId,
        clientId,
        text,
        queuedAt,
        startedAt: at,
        deadlineAt,
        isAnnounced,
        ending: null,
        permissions: {},
      },
      queue: queue.filter((queued) => queued.promptId !== promptId),
    },
  };
}

/** A prompt has had its terminal, running or waiting. */
export function ended(
  state: SessionState,
  promptId: PromptId | undefined,
  outcome: 'completed' | 'cancelled' | 'failed',
  at: number,
): SessionState {
  const { phase } = state;
  if (promptId === undefined) return state;
  if (phase.kind === 'running' && phase.turn.promptId === promptId) {
    return {
      ...state,
      activityAt: at,
      // An agent that answered has read what it was told of the past.
      binding:
        state.binding !== null && outcome === 'completed'
          ? { ...state.binding, isSeeded: true }
          : state.binding,
      lastTurn: { promptId, state: outcome, startedAt: phase.turn.startedAt, endedAt: at },
      phase: { kind: 'idle', queue: phase.queue },
    };
  }
  return {
    ...withQueue(
      state,
      queueOf(phase).filter((queued) => queued.promptId !== promptId),
    ),
    lastTurn:
      phase.kind === 'running' ? state.lastTurn : { promptId, state: outcome, startedAt: null, endedAt: at },
  };
}
