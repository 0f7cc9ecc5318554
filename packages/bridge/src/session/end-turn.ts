import type { PermissionRequestId } from '@holdfast/protocol';
import { compactionOutcome } from './compaction-outcome.ts';
import { type Decision, nothing, together } from './decision.ts';
import type { SessionEffect } from './effect.ts';
import { event, fact, type SessionEntry, type TurnEnding } from './entry.ts';
import {
  type InjectedPrompt,
  type QueuedPrompt,
  queueOf,
  type SessionState,
  type Turn,
  textOf,
} from './state.ts';
import type { TurnEnd } from './turn-end.ts';

/** Ends the running turn, and what joined it with it: its open permission requests first, its one terminal last. */
export function endTurn(state: SessionState, turn: Turn, end: TurnEnd): Decision {
  const { sessionId } = state;
  const { promptId, text, queuedAt } = turn;
  const dismissed = dismissPermissions(state, turn, end.kind === 'error' ? end.code : 'turn_ended');
  const left: SessionEntry[] = turn.isAnnounced
    ? [
        event(
          'pending_prompt_completed',
          { sessionId, promptId, text, queuedAt, state: 'completed' },
          about(turn),
        ),
      ]
    : [];
  return {
    entries: [
      ...dismissed.entries,
      ...handedOver(state, turn).map((joined) => terminal(state, joined, withoutUsage(end))),
      ...left,
      ...compactionOutcome(state, turn, end),
      terminal(state, turn, end),
    ],
    effects: dismissed.effects,
  };
}

/** Tells a running turn to stop: open permission requests are cancelled, readers hear of it; the terminal comes later. */
export function stopTurn(state: SessionState, turn: Turn, reason: TurnEnding): Decision {
  const { sessionId } = state;
  const { promptId } = turn;
  const dismissed = dismissPermissions(state, turn, reason);
  return {
    entries: [
      ...dismissed.entries,
      event('prompt_cancelled', { sessionId, promptId }, about(turn)),
      fact('turn_ending', { promptId, reason }),
    ],
    effects: dismissed.effects,
  };
}

/** Tells the running turn to stop and the agent to cancel it; nothing when none runs or it is stopping already. */
export function askToStop(state: SessionState): Decision {
  const { phase } = state;
  if (phase.kind !== 'running' || phase.turn.ending !== null) return nothing;
  const { promptId } = phase.turn;
  return together(stopTurn(state, phase.turn, 'cancelled'), {
    entries: [],
    effects: [{ kind: 'send_cancel', promptId }],
  });
}

/** What a turn used is told once, at its own end. */
const withoutUsage = (end: TurnEnd): TurnEnd =>
  end.kind === 'complete' ? { kind: 'complete', stopReason: end.stopReason } : end;

/** What the agent was given besides the turn's own prompt, whether or not it said that it took it. */
const handedOver = (
  { phase }: SessionState,
  { injected }: Turn,
): readonly (InjectedPrompt | QueuedPrompt)[] => [
  ...injected,
  ...queueOf(phase).filter(({ injection }) => injection === 'sent'),
];

/** Ends a prompt that never started. */
export function removeQueued(
  state: SessionState,
  prompt: QueuedPrompt,
  end: TurnEnd,
): readonly SessionEntry[] {
  const { sessionId } = state;
  const { promptId, queuedAt } = prompt;
  const text = textOf(prompt.content);
  const left = prompt.isAnnounced
    ? [
        event(
          'pending_prompt_completed',
          { sessionId, promptId, text, queuedAt, state: 'removed' },
          about(prompt),
        ),
      ]
    : [];
  return [...left, terminal(state, prompt, end)];
}

/** Ends every prompt that waits. What was handed to the agent ends with its turn. */
export const removeAllQueued = (state: SessionState, end: TurnEnd): readonly SessionEntry[] =>
  queueOf(state.phase)
    .filter(({ injection }) => injection !== 'sent')
    .flatMap((prompt) => removeQueued(state, prompt, end));

function dismissPermissions(state: SessionState, turn: Turn, reason: string): Decision {
  const requests = Object.values(turn.permissions);
  const outcome = { outcome: 'cancelled' } as const;
  return {
    entries: requests.map(({ requestId }) =>
      event(
        'permission_resolved',
        { requestId, sessionId: state.sessionId, outcome: { ...outcome, reason } },
        { promptId: turn.promptId },
      ),
    ),
    effects: requests.map(
      ({ requestId }): SessionEffect => ({
        kind: 'answer_permission',
        requestId: requestId satisfies PermissionRequestId,
        outcome,
      }),
    ),
  };
}

/** The one terminal of a prompt. */
export function terminal(
  state: SessionState,
  prompt: Pick<Turn, 'promptId' | 'clientId'>,
  end: TurnEnd,
): SessionEntry {
  const { sessionId } = state;
  const { promptId } = prompt;
  switch (end.kind) {
    case 'complete':
      return event(
        'turn_complete',
        { sessionId, promptId, stopReason: end.stopReason, usage: end.usage },
        about(prompt),
      );
    case 'error': {
      const { message, code, agentCode } = end;
      return event('turn_error', { sessionId, promptId, message, code, agentCode }, about(prompt));
    }
    default:
      return end satisfies never;
  }
}

/** The prompt and client an event belongs to. */
export const about = ({ promptId, clientId }: Pick<Turn, 'promptId' | 'clientId'>) => ({
  promptId,
  clientId: clientId ?? undefined,
});
