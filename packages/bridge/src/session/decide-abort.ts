import type { PromptId } from '@holdfast/protocol';
import type { AbortRequest, CommandOf } from './command.ts';
import { type Decision, nothing, requireOpen, requireRegistered, together } from './decision.ts';
import type { SessionEffect } from './effect.ts';
import { askToStop, removeQueued } from './end-turn.ts';
import { type Phase, type QueuedPrompt, queueOf, type SessionState, turnPromptIds } from './state.ts';
import { cancelled } from './turn-end.ts';

/** What an abort would do now. */
export interface AbortPlan {
  /** Told to stop, with the turn they are in; their terminals come later. */
  readonly stopping: readonly PromptId[];
  /** The prompt that was meant, unless it is in the turn: it ends at once. */
  readonly removed: readonly PromptId[];
  readonly cleared: readonly PromptId[];
}

const advance: SessionEffect = Object.freeze({ kind: 'advance' });

/** Ends a prompt as cancelled: a running one is told to stop, a waiting one never starts. */
export function decideAbort(state: SessionState, command: CommandOf<'abort'>): Decision {
  requireOpen(state);
  requireRegistered(state, command.clientId);
  const { stopping, removed, cleared } = planAbort(state.phase, command);
  const leaving = new Set([...removed, ...cleared]);
  const ended = queueOf(state.phase).filter(({ promptId }) => leaving.has(promptId));
  return together(stopping.length > 0 ? askToStop(state) : nothing, {
    entries: ended.flatMap((prompt) => removeQueued(state, prompt, cancelled)),
    effects: ended.length > 0 ? [advance] : [],
  });
}

/** Takes a waiting prompt out of the queue; one the agent has is not touched. */
export function decideRemove(state: SessionState, { promptId, clientId }: CommandOf<'remove'>): Decision {
  requireOpen(state);
  requireRegistered(state, clientId);
  const prompt = removable(state.phase).find((queued) => queued.promptId === promptId);
  return prompt === undefined
    ? nothing
    : { entries: removeQueued(state, prompt, cancelled), effects: [advance] };
}

/** What an abort does to a session in this phase. */
export function planAbort(phase: Phase, { promptId, clearsQueue }: AbortRequest): AbortPlan {
  const inTurn = phase.kind === 'running' ? turnPromptIds(phase.turn) : [];
  const named = queueOf(phase).find((queued) => queued.promptId === promptId);
  // The agent may have taken it in already: only the end of the turn ends it for certain.
  const isOnItsWay = named?.injection === 'sent';
  const stops = promptId === undefined || inTurn.includes(promptId) || isOnItsWay;
  const next = promptId === undefined && inTurn.length === 0 ? removable(phase)[0] : named;
  const cleared = stops ? queueOf(phase) : removable(phase);
  return {
    stopping: stops ? inTurn : [],
    removed: next === undefined ? [] : [next.promptId],
    cleared: clearsQueue ? cleared.flatMap((queued) => (queued === next ? [] : [queued.promptId])) : [],
  };
}

/** Prompts that can be taken back: the agent has not got them. */
export const removable = (phase: Phase): readonly QueuedPrompt[] =>
  queueOf(phase).filter(({ injection }) => injection !== 'sent');
