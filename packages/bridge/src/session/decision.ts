import type { ClientId, PromptId } from '@holdfast/protocol';
import { DaemonError } from '@holdfast/protocol';
import type { SessionEffect } from './effect.ts';
import type { SessionEntry } from './entry.ts';
import { closedReasonOf, isRegistered, type SessionState } from './state.ts';

/** What a command leads to: entries to record, and effects to run once they are durable. A refusal is a DaemonError. */
export interface Decision {
  readonly entries: readonly SessionEntry[];
  readonly effects: readonly SessionEffect[];
}

/** What a decision may depend on besides state and command. */
export interface DecisionContext {
  /** Epoch ms. */
  readonly now: number;
  /** Id of the last event before this decision; 0 when there is none. */
  readonly lastSeq: number;
  /** Id that the first event of this decision gets. */
  readonly nextSeq: number;
  readonly maxPendingPrompts: number;
  /** Whether a prompt's answer has not left yet: it may not start. */
  readonly isHeld: (promptId: PromptId) => boolean;
}

export const nothing: Decision = Object.freeze({ entries: [], effects: [] });

/** Several decisions as one, in order. */
export const together = (...parts: readonly Decision[]): Decision => ({
  entries: parts.flatMap((part) => part.entries),
  effects: parts.flatMap((part) => part.effects),
});

/** @throws session_not_found when only load or resume may bring the session back */
export function requireOpen(state: SessionState): void {
  const reason = closedReasonOf(state.phase);
  if (reason === null) return;
  throw new DaemonError(
    'session_not_found',
    `session ${state.sessionId} is closed (${reason}); load it to go on`,
    { sessionId: state.sessionId, state: 'closed', reason, loadable: true },
  );
}

/** @throws invalid_client_id for a client that is not registered with the session; absent is anonymous */
export function requireRegistered(state: SessionState, clientId: ClientId | undefined | null): void {
  if (clientId === undefined || clientId === null || isRegistered(state, clientId)) return;
  throw new DaemonError(
    'invalid_client_id',
    `client "${clientId}" is not registered with session ${state.sessionId}; create or load it first, or send no client id`,
    { sessionId: state.sessionId, clientId },
  );
}
