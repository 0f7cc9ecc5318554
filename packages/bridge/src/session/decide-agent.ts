import { type TurnErrorCode, turnErrorCodes } from '@holdfast/protocol';
import type { CommandOf } from './command.ts';
import { type Decision, nothing, together } from './decision.ts';
import type { SessionEffect } from './effect.ts';
import { endOf, endTurn, removeAllQueued } from './end-turn.ts';
import { event, fact, type SessionEntry } from './entry.ts';
import { queueOf, type SessionState } from './state.ts';

/** Records what the agent streamed. Frames of an older binding, and of a closed session, change nothing. */
export function decideUpdates(state: SessionState, { binding, updates }: CommandOf<'updates'>): Decision {
  const { phase, sessionId } = state;
  if (phase.kind === 'closed' || phase.kind === 'stranded' || state.binding?.number !== binding) return nothing;
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
  const { phase, sessionId, agent, generation } = state;
  if (phase.kind !== 'opening') return { entries: [], effects: [{ kind: 'close_agent' }] };
  const { agentSessionId, agentState, context, pid, reseed, clientIds, applied } = command;
  const binding = nextBinding(state);
  const { modes, models, configOptions } = agentState;
  const isSeeded = context !== 'reseeded';
  return {
    entries: [
      event('agent_started', { sessionId, agent, agentSessionId, binding, pid }),
      fact('agent_bound', { agentSessionId, binding, isSeeded, modes, models, configOptions, applied }),
      ...clientIds.map((clientId) => fact('client_registered', { clientId })),
      event('session_restored', { sessionId, action: phase.intent, context, generation, ...reseed }),
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
export function decideNotBound(state: SessionState, { failure }: CommandOf<'not_bound'>): Decision {
  if (state.phase.kind !== 'opening') return { entries: [], effects: [{ kind: 'release_agent' }] };
  const code: TurnErrorCode = turnErrorCodes.find((known) => known === failure.code) ?? 'context_unavailable';
  const { message, agentCode } = failure;
  return {
    entries: [
      ...removeAllQueued(state, { kind: 'error', code, message, agentCode }),
      fact('restore_failed', { reason: state.phase.closedReason }),
    ],
    effects: [{ kind: 'release_agent' }],
  };
}

/** The agent process ended. The running turn ends, the queue goes on by itself on a new process. */
export function decideAgentGone(state: SessionState, { binding, exit }: CommandOf<'agent_gone'>): Decision {
  const { phase, sessionId } = state;
  if (state.binding?.number !== binding || (phase.kind !== 'idle' && phase.kind !== 'running')) return nothing;
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
