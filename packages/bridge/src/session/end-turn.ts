import type { EventData, PermissionRequestId } from '@holdfast/protocol';
import type { Decision } from './decision.ts';
import type { SessionEffect } from './effect.ts';
import { event, fact, type SessionEntry, type TurnEnding } from './entry.ts';
import { type QueuedPrompt, queueOf, type SessionState, type Turn, textOf } from './state.ts';

/** How a turn ends, before it is told in events. */
export type TurnEnd =
  | {
      readonly kind: 'complete';
      readonly stopReason: string;
      readonly usage?: EventData<'turn_complete'>['usage'];
    }
  | {
      readonly kind: 'error';
      readonly code: EventData<'turn_error'>['code'];
      readonly message: string;
      readonly agentCode?: number;
    };

/** The end a turn gets that was told to stop, whatever the agent answers. */
export function endOf(ending: TurnEnding | null, otherwise: TurnEnd): TurnEnd {
  switch (ending) {
    case null:
      return otherwise;
    case 'cancelled':
      return { kind: 'complete', stopReason: 'cancelled' };
    case 'deadline':
      return { kind: 'error', code: 'prompt_deadline_exceeded', message: 'the prompt ran past its deadline' };
    default:
      return ending satisfies never;
  }
}

/** Ends the running turn: its open permission requests first, its one terminal last. */
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
    entries: [...dismissed.entries, ...left, terminal(state, turn, end)],
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

/** Ends every prompt that waits. */
export const removeAllQueued = (state: SessionState, end: TurnEnd): readonly SessionEntry[] =>
  queueOf(state.phase).flatMap((prompt) => removeQueued(state, prompt, end));

export const cancelled: TurnEnd = Object.freeze({ kind: 'complete', stopReason: 'cancelled' });

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

function terminal(state: SessionState, prompt: Turn | QueuedPrompt, end: TurnEnd): SessionEntry {
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
