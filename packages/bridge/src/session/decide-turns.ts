import { releaseFallbackMs } from '../turns/admissions.ts';
import type { CommandOf } from './command.ts';
import { isCompacted } from './compaction-outcome.ts';
import { compactionStart, decideHandedOff } from './decide-compaction.ts';
import { leftBehind, sendInjections } from './decide-injection.ts';
import { type Decision, type DecisionContext, nothing, together } from './decision.ts';
import type { SessionEffect } from './effect.ts';
import { about, endTurn, removeQueued, stopTurn, terminal } from './end-turn.ts';
import { event, fact, type SessionEntry } from './entry.ts';
import { queueOf, type SessionState, textOf } from './state.ts';
import { cancelled, endOf, type TurnEnd } from './turn-end.ts';

const advance: SessionEffect = Object.freeze({ kind: 'advance' });

/** Starts the next prompt where one may start; gets an agent first where there is none. */
export function decideAdvance(state: SessionState, context: DecisionContext): Decision {
  const { phase } = state;
  if (phase.kind === 'running' && phase.turn.ending === null) return sendInjections(state, context);
  return together(leftBehind(state), startNext(state, context));
}

function startNext(state: SessionState, context: DecisionContext): Decision {
  const { phase, sessionId } = state;
  const [next] = queueOf(phase);
  if (next === undefined) return nothing;
  if (phase.kind === 'stranded') {
    return { entries: [fact('opening_started', { intent: 'continue' })], effects: [{ kind: 'open_agent' }] };
  }
  if (phase.kind !== 'idle' || context.isHeld(next.promptId)) return nothing;
  const { promptId, content, meta, queuedAt } = next;
  const entries: SessionEntry[] = [fact('prompt_started', { promptId }), ...compactionStart(state, next)];
  if (next.isAnnounced || next.injection === 'waiting') {
    const started = { sessionId, promptId, text: textOf(content), queuedAt, state: 'running' as const };
    entries.push(event('pending_prompt_started', started, about(next)));
  }
  for (const block of content) {
    const update = { sessionUpdate: 'user_message_chunk', content: block };
    entries.push(event('session_update', { sessionId, update }, about(next)));
  }
  return { entries, effects: [{ kind: 'send_prompt', promptId, content, meta }] };
}

/** A prompt ran out of time, waiting or running. */
export function decideDeadline(
  state: SessionState,
  { promptId }: CommandOf<'deadline'>,
  { isHeld, now }: DecisionContext,
): Decision {
  const { phase } = state;
  if (phase.kind === 'running' && phase.turn.promptId === promptId) {
    if (phase.turn.ending !== null) return nothing;
    return together(stopTurn(state, phase.turn, 'deadline'), {
      entries: [],
      effects: [{ kind: 'send_cancel', promptId }],
    });
  }
  const prompt = queueOf(phase).find((queued) => queued.promptId === promptId);
  if (prompt === undefined) return lateInTurn(state, promptId);
  // No terminal overtakes its prompt's answer.
  const deadlineAt = now + releaseFallbackMs;
  if (isHeld(promptId)) return { entries: [], effects: [{ kind: 'watch_deadline', promptId, deadlineAt }] };
  return { entries: removeQueued(state, prompt, endOf('deadline', cancelled)), effects: [advance] };
}

/** A prompt that joined a turn is late; the turn, which is another one's, goes on. */
function lateInTurn(state: SessionState, promptId: string): Decision {
  const { phase } = state;
  const late = phase.kind === 'running' && phase.turn.injected.find((joined) => joined.promptId === promptId);
  if (!late) return nothing;
  return { entries: [terminal(state, late, endOf('deadline', cancelled))], effects: [] };
}

/** The agent ignored its cancel for the whole grace: the turn ends without it, the session goes on without it. */
export function decideGraceOver(state: SessionState, { promptId }: CommandOf<'grace_over'>): Decision {
  const { phase } = state;
  if (phase.kind !== 'running' || phase.turn.promptId !== promptId || phase.turn.ending === null)
    return nothing;
  return together(endTurn(state, phase.turn, endOf(phase.turn.ending, cancelled)), {
    entries: [fact('stranded', { cause: 'agent_unavailable' })],
    effects: [{ kind: 'abandon_agent' }, advance],
  });
}

/** The agent answered the prompt. */
export function decideAnswered(state: SessionState, command: CommandOf<'answered'>): Decision {
  const { stopReason, usage } = command.answer;
  // Usage is the agent's own object, recorded as it came.
  const end: TurnEnd = { kind: 'complete', stopReason, usage: usage as Record<string, unknown> | undefined };
  return decideEnd(state, command, end);
}

/** The agent answered the prompt with an error. A death of the process arrives as `agent_gone`. */
export function decideFailed(state: SessionState, command: CommandOf<'failed'>): Decision {
  const { code, message, agentCode } = command.failure;
  if (code === 'agent_exited') return nothing;
  return decideEnd(state, command, { kind: 'error', code: 'agent_error', message, agentCode });
}

function decideEnd(
  state: SessionState,
  { binding, promptId }: { readonly binding: number; readonly promptId: string },
  end: TurnEnd,
): Decision {
  const { phase } = state;
  if (phase.kind !== 'running' || phase.turn.promptId !== promptId || state.binding?.number !== binding)
    return nothing;
  const actualEnd = endOf(phase.turn.ending, end);
  const ended = endTurn(state, phase.turn, actualEnd);
  if (isCompacted(phase.turn, actualEnd) && phase.turn.compaction?.strategy === 'handoff')
    return together(ended, decideHandedOff(state, phase.turn));
  return together(ended, { entries: [], effects: [advance] });
}
