import type { PromptId } from '@holdfast/protocol';
import type { Compaction } from './entry.ts';
import { previewText } from './message-preview.ts';
import type { Moment } from './position.ts';
import {
  type OpenPermission,
  type Phase,
  type Queue,
  type QueuedPrompt,
  queueOf,
  type RunningCompaction,
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

/** The queue with one more prompt: in the order of admission, those that interrupt before the others. */
export function admitted(queue: Queue, prompt: QueuedPrompt): Queue {
  if (!prompt.isInterrupting) return [...queue, prompt];
  const interrupting = queue.filter(({ isInterrupting }) => isInterrupting);
  const others = queue.filter(({ isInterrupting }) => !isInterrupting);
  return [...interrupting, prompt, ...others];
}

/** Changes one prompt that waits. */
export const withQueued = (
  state: SessionState,
  promptId: string,
  change: (prompt: QueuedPrompt) => QueuedPrompt,
): SessionState =>
  withQueue(
    state,
    queueOf(state.phase).map((prompt) => (prompt.promptId === promptId ? change(prompt) : prompt)),
  );

export function withTurn(state: SessionState, change: (turn: Turn) => Turn): SessionState {
  const { phase } = state;
  return phase.kind === 'running' ? { ...state, phase: { ...phase, turn: change(phase.turn) } } : state;
}

export const withPermission = (state: SessionState, request: OpenPermission): SessionState =>
  withTurn(state, (turn) => ({
    ...turn,
    permissions: { ...turn.permissions, [request.requestId]: request },
  }));

/** Tokens the agent reported to have in its context. Source: ACP usage_update. */
export function tokensInContext({ agentState }: SessionState): number | null {
  const used = agentState.usage?.['used'];
  return typeof used === 'number' ? used : null;
}

/** A waiting prompt is the running turn now; `at` is epoch ms. */
export function started(state: SessionState, promptId: PromptId, at: number): SessionState {
  const queue = queueOf(state.phase);
  const prompt = queue.find((queued) => queued.promptId === promptId);
  if (prompt === undefined) return state;
  const { clientId, queuedAt, deadlineAt, isAnnounced, compaction } = prompt;
  const text = textOf(prompt.content);
  return {
    ...state,
    activityAt: at,
    turnCount: state.turnCount + 1,
    lastTurn: { promptId, state: 'running', startedAt: at, endedAt: null },
    preview: compaction === null ? { role: 'user', text: previewText(text) } : state.preview,
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
        injected: [],
        compaction: compaction && begun(state, compaction),
        permissions: {},
      },
      queue: queue.filter((queued) => queued.promptId !== promptId),
    },
  };
}

const begun = (state: SessionState, compaction: Compaction): RunningCompaction => ({
  ...compaction,
  tokensBefore: tokensInContext(state),
  hasText: false,
  report: null,
});

/** The agent took a prompt that waited into the running turn; `at` is epoch ms. */
export function injected(state: SessionState, promptId: PromptId, at: number): SessionState {
  const queue = queueOf(state.phase);
  const prompt = queue.find((queued) => queued.promptId === promptId);
  if (prompt === undefined) return state;
  const { clientId, queuedAt, content } = prompt;
  const joined = { promptId, clientId, queuedAt, text: textOf(content), startedAt: at };
  const rest = queue.filter((queued) => queued.promptId !== promptId);
  return withTurn(withQueue(state, rest), (turn) => ({ ...turn, injected: [...turn.injected, joined] }));
}

/** A prompt has had its terminal, running or waiting. */
export function ended(
  state: SessionState,
  promptId: PromptId | undefined,
  outcome: 'completed' | 'cancelled' | 'failed',
  { at, seq }: Moment,
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
      lastTurnEndId: seq,
      lastTurn: { promptId, state: outcome, startedAt: phase.turn.startedAt, endedAt: at },
      phase: { kind: 'idle', queue: phase.queue },
    };
  }
  return {
    ...withTurn(
      withQueue(
        state,
        queueOf(phase).filter((queued) => queued.promptId !== promptId),
      ),
      (turn) => ({ ...turn, injected: turn.injected.filter((joined) => joined.promptId !== promptId) }),
    ),
    // A branch's past has no starts of turns, only their ends.
    lastTurnEndId: phase.kind === 'running' ? state.lastTurnEndId : seq,
    lastTurn:
      phase.kind === 'running' ? state.lastTurn : { promptId, state: outcome, startedAt: null, endedAt: at },
  };
}
