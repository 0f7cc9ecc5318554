import { DaemonError } from '@holdfast/protocol';
import { releaseFallbackMs } from '../turns/admissions.ts';
import type { CommandOf } from './command.ts';
import {
  type Decision,
  type DecisionContext,
  nothing,
  requireOpen,
  requireRegistered,
  together,
} from './decision.ts';
import type { SessionEffect } from './effect.ts';
import { about, cancelled, endOf, endTurn, removeQueued, stopTurn, type TurnEnd } from './end-turn.ts';
import { event, fact, type SessionEntry } from './entry.ts';
import { pendingCount, queueOf, type SessionState, textOf } from './state.ts';

const advance: SessionEffect = Object.freeze({ kind: 'advance' });

/** Accepts a prompt into the queue. It starts by `advance`, never here. */
export function decidePrompt(
  state: SessionState,
  command: CommandOf<'prompt'>,
  context: DecisionContext,
): Decision {
  requireOpen(state);
  requireRegistered(state, command.clientId);
  const { sessionId } = state;
  const { promptId, content, clientId, deadlineMs, meta } = command;
  const ahead = pendingCount(state.phase);
  if (ahead > 0 && command.onBusy === 'reject') {
    throw new DaemonError(
      'prompt_in_progress',
      'another prompt is running or queued; wait for it or use mode "queue"',
      {
        sessionId,
      },
    );
  }
  if (ahead >= context.maxPendingPrompts) {
    const limit = context.maxPendingPrompts;
    throw new DaemonError(
      'prompt_queue_full',
      `${ahead} prompts are pending and ${limit} is the limit; try again later`,
      {
        sessionId,
        limit,
        pendingCount: ahead,
      },
    );
  }
  const deadlineAt = deadlineMs === null ? null : context.now + deadlineMs;
  const entries: SessionEntry[] = [
    fact('prompt_admitted', { promptId, content, clientId, deadlineAt, meta }),
  ];
  if (ahead > 0) {
    const added = {
      sessionId,
      promptId,
      text: textOf(content),
      queuedAt: context.now,
      state: 'queued' as const,
    };
    entries.push(event('pending_prompt_added', added, { promptId, clientId: clientId ?? undefined }));
  }
  const effects: SessionEffect[] =
    deadlineAt === null ? [] : [{ kind: 'watch_deadline', promptId, deadlineAt }];
  if (state.phase.kind === 'stranded') {
    entries.push(fact('opening_started', { intent: 'continue' }));
    effects.push({ kind: 'open_agent' });
  }
  return { entries, effects };
}

/** Starts the next prompt where one may start; gets an agent first where there is none. */
export function decideAdvance(state: SessionState, context: DecisionContext): Decision {
  const { phase, sessionId } = state;
  const [next] = queueOf(phase);
  if (next === undefined) return nothing;
  if (phase.kind === 'stranded') {
    return { entries: [fact('opening_started', { intent: 'continue' })], effects: [{ kind: 'open_agent' }] };
  }
  if (phase.kind !== 'idle' || context.isHeld(next.promptId)) return nothing;
  const { promptId, content, meta, queuedAt } = next;
  const entries: SessionEntry[] = [fact('prompt_started', { promptId })];
  if (next.isAnnounced) {
    const started = { sessionId, promptId, text: textOf(content), queuedAt, state: 'running' as const };
    entries.push(event('pending_prompt_started', started, about(next)));
  }
  for (const block of content) {
    const update = { sessionUpdate: 'user_message_chunk', content: block };
    entries.push(event('session_update', { sessionId, update }, about(next)));
  }
  return { entries, effects: [{ kind: 'send_prompt', promptId, content, meta }] };
}

/** Cancels the running turn, or the one that is about to be; what waits behind it stays. */
export function decideCancel(state: SessionState, command: CommandOf<'cancel'>): Decision {
  requireOpen(state);
  requireRegistered(state, command.clientId);
  const { phase } = state;
  if (phase.kind !== 'running') {
    const [next] = queueOf(phase);
    return next === undefined
      ? nothing
      : { entries: removeQueued(state, next, cancelled), effects: [advance] };
  }
  if (phase.turn.ending !== null) return nothing;
  const { promptId } = phase.turn;
  return together(stopTurn(state, phase.turn, 'cancelled'), {
    entries: [],
    effects: [{ kind: 'send_cancel', promptId }],
  });
}

/** Takes a waiting prompt out of the queue; the running one is not touched. */
export function decideRemove(state: SessionState, { promptId, clientId }: CommandOf<'remove'>): Decision {
  requireOpen(state);
  requireRegistered(state, clientId);
  const prompt = queueOf(state.phase).find((queued) => queued.promptId === promptId);
  return prompt === undefined
    ? nothing
    : { entries: removeQueued(state, prompt, cancelled), effects: [advance] };
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
  if (prompt === undefined) return nothing;
  // No terminal overtakes its prompt's answer.
  const deadlineAt = now + releaseFallbackMs;
  if (isHeld(promptId)) return { entries: [], effects: [{ kind: 'watch_deadline', promptId, deadlineAt }] };
  return { entries: removeQueued(state, prompt, endOf('deadline', cancelled)), effects: [advance] };
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
  return together(endTurn(state, phase.turn, endOf(phase.turn.ending, end)), {
    entries: [],
    effects: [advance],
  });
}
