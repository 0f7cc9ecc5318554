import { type TurnErrorCode, turnErrorCodes } from '@holdfast/protocol';
import type { CommandOf } from './command.ts';
import { type Decision, type DecisionContext, nothing, together } from './decision.ts';
import type { SessionEffect } from './effect.ts';
import { endTurn, removeQueued } from './end-turn.ts';
import { event, fact, type SessionEntry } from './entry.ts';
import { currentGeneration } from './generations.ts';
import { queueOf, type SessionState } from './state.ts';
import { endOf } from './turn-end.ts';

/** Records what the agent streamed. Frames of an older binding, and of a closed session, change nothing. */
export function decideUpdates(state: SessionState, { binding, updates }: CommandOf<'updates'>): Decision {
  const { phase, sessionId } = state;
  const mayHear = phase.kind === 'idle' || phase.kind === 'running';
  if (!mayHear || state.binding?.number !== binding) return nothing;
  const promptId = phase.kind === 'running' ? phase.turn.promptId : undefined;
  return {
    // An ACP SessionUpdate has its kind in sessionUpdate; what lacks it is passed on as it came.
    entries: updates.map((update) => {
      const recorded = update as { sessionUpdate: string };
      return event('session_update', { sessionId, update: recorded }, { promptId });
    }),
    effects: [],
  };
}

/** The session has an agent session again. */
export function decideBound(state: SessionState, command: CommandOf<'bound'>): Decision {
  const { phase, sessionId, agent, generation, metadata, displayName } = state;
  if (phase.kind !== 'opening' || phase.number !== command.opening) return nothing;
  const { agentSessionId, agentState, context, pid, reseed, clientIds, applied } = command;
  const binding = nextBinding(state);
  const { modes, models, configOptions } = agentState;
  const isSeeded = context !== 'reseeded';
  const begun = currentGeneration(state);
  // A session that was reset while it was closed tells its readers when it is back.
  const untold = begun.isTold
    ? []
    : [event('session_reset', { sessionId, generation, reason: begun.reason })];
  return {
    entries: [
      event('agent_started', { sessionId, agent, agentSessionId, binding, pid }),
      ...untold,
      fact('agent_bound', { agentSessionId, binding, isSeeded, modes, models, configOptions, applied }),
      ...clientIds.map((clientId) => fact('client_registered', { clientId })),
      // Whoever goes on with an archived session wants to see it again.
      ...(metadata.isArchived ? [fact('metadata_edited', { isArchived: false })] : []),
      // Of a name given while it was closed nobody could be told.
      event('session_restored', {
        sessionId,
        action: phase.intent,
        context,
        generation,
        ...reseed,
        displayName,
      }),
    ],
    effects: [{ kind: 'advance' }],
  };
}

/** A client asks for a session back that has no agent. */
export function decideReopen(state: SessionState, { intent }: CommandOf<'reopen'>): Decision {
  const { phase } = state;
  const mayReopen = phase.kind === 'stranded' || phase.kind === 'closed';
  return mayReopen ? { entries: [fact('opening_started', { intent })], effects: [] } : nothing;
}

/** No agent session could be had: the prompts that asked for it fail, the session waits for the next one. */
export function decideNotBound(
  state: SessionState,
  { opening, failure }: CommandOf<'not_bound'>,
  { isHeld }: DecisionContext,
): Decision {
  const { phase, sessionId } = state;
  if (phase.kind !== 'opening' || phase.number !== opening) return nothing;
  const code: TurnErrorCode = turnErrorCodes.find((known) => known === failure.code) ?? 'context_unavailable';
  const { message, agentCode } = failure;
  // No terminal overtakes its prompt's answer: what is held asks again once it is released.
  const failed = phase.queue.filter(({ promptId }) => !isHeld(promptId));
  const isEmptied = failed.length === phase.queue.length;
  const ending =
    failure.isQuarantined && isEmptied && phase.closedReason === null
      ? event('session_died', { sessionId, reason: 'agent_crash_loop' })
      : fact('restore_failed', { reason: isEmptied ? phase.closedReason : null });
  return {
    entries: [
      ...failed.flatMap((prompt) => removeQueued(state, prompt, { kind: 'error', code, message, agentCode })),
      ending,
    ],
    effects: [{ kind: 'release_agent' }],
  };
}

/** The agent process ended. The running turn ends, the queue goes on by itself on a new process. */
export function decideAgentGone(state: SessionState, { binding, exit }: CommandOf<'agent_gone'>): Decision {
  const { phase, sessionId } = state;
  if (state.binding?.number !== binding || (phase.kind !== 'idle' && phase.kind !== 'running'))
    return nothing;
  const { exitCode, signal, stderrTail } = exit;
  const exited: SessionEntry = event('agent_exited', { sessionId, exitCode, signal, stderrTail });
  const effects: SessionEffect[] = [{ kind: 'release_agent' }];
  if (queueOf(phase).length > 0) effects.push({ kind: 'advance' });
  if (phase.kind === 'idle') return { entries: [exited], effects };
  const message = `the agent exited ${signal === null ? `with code ${exitCode}` : `on ${signal}`} in mid-turn`;
  const end = endOf(phase.turn.ending, { kind: 'error', code: 'agent_exited', message });
  return together(endTurn(state, phase.turn, end), { entries: [exited], effects });
}

/** The number the next agent session gets. */
export const nextBinding = (state: SessionState): number => (state.binding?.number ?? 0) + 1;
