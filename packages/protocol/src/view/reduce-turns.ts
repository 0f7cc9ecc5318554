import type { PendingPrompt } from '../model/turn.ts';
import { isCount, isFields, isText, optionalText, textOr } from './guards.ts';
import type { EndedTurnView, EventContext, SessionView, ViewReducer } from './state.ts';

/** Marks a prompt as running, unless it is known to have ended: late updates reopen nothing. */
export function startTurn(
  view: SessionView,
  promptId: string,
  { serverTimestamp }: EventContext,
): SessionView {
  if (view.turn?.promptId === promptId || view.lastTurn?.promptId === promptId) return view;
  return {
    ...view,
    turn: { promptId, startedAt: serverTimestamp, isCancelling: false },
    queue: without(view.queue, promptId),
  };
}

export const reducePromptAdded: ViewReducer = (view, data, { serverTimestamp }) => {
  const { promptId, text } = data;
  if (!isText(promptId) || !isText(text)) return 'malformed';
  const added: PendingPrompt = {
    promptId,
    text,
    queuedAt: isCount(data['queuedAt']) ? data['queuedAt'] : serverTimestamp,
    state: 'queued',
    originatorClientId: optionalText(data['originatorClientId']),
  };
  const others = without(view.queue, promptId);
  const { position } = data;
  const queue = others.toSpliced(isCount(position) ? position : others.length, 0, added);
  return { ...view, queue: queue.slice(-view.limits.maxItems) };
};

export const reducePromptStarted: ViewReducer = (view, { promptId }, event) =>
  isText(promptId) ? startTurn(view, promptId, event) : 'malformed';

export const reducePromptCompleted: ViewReducer = (view, { promptId }) =>
  isText(promptId) ? { ...view, queue: without(view.queue, promptId) } : 'malformed';

export const reducePromptCancelled: ViewReducer = (view, { promptId }) => {
  if (!isText(promptId)) return 'malformed';
  return view.turn?.promptId === promptId ? { ...view, turn: { ...view.turn, isCancelling: true } } : view;
};

export const reduceTurnComplete: ViewReducer = (
  view,
  { promptId, stopReason, usage },
  { serverTimestamp },
) => {
  if (!isText(promptId) || !isText(stopReason)) return 'malformed';
  return endTurn(view, {
    promptId,
    state: stopReason === 'cancelled' ? 'cancelled' : 'completed',
    endedAt: serverTimestamp,
    stopReason,
    usage: isFields(usage) ? usage : undefined,
    error: undefined,
  });
};

export const reduceTurnError: ViewReducer = (view, { promptId, message, code }, { serverTimestamp }) => {
  if (!isText(promptId) || !isText(message)) return 'malformed';
  return endTurn(view, {
    promptId,
    state: 'failed',
    endedAt: serverTimestamp,
    stopReason: undefined,
    usage: undefined,
    error: { code: textOr(code, 'agent_error'), message },
  });
};

function endTurn(view: SessionView, lastTurn: EndedTurnView): SessionView {
  const { promptId } = lastTurn;
  const turn = view.turn?.promptId === promptId ? undefined : view.turn;
  return { ...view, lastTurn, turn, queue: without(view.queue, promptId) };
}

const without = (queue: readonly PendingPrompt[], promptId: string): readonly PendingPrompt[] =>
  queue.some((prompt) => prompt.promptId === promptId)
    ? queue.filter((prompt) => prompt.promptId !== promptId)
    : queue;
