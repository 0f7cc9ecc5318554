import { DaemonError } from '@holdfast/protocol';
import type { CommandOf } from './command.ts';
import { type Decision, type DecisionContext, requireOpen, requireRegistered, together } from './decision.ts';
import type { SessionEffect } from './effect.ts';
import { about, askToStop } from './end-turn.ts';
import { type AdmissionMode, event, fact, type SessionEntry } from './entry.ts';
import { type Phase, pendingCount, type QueuedPrompt, queueOf, type SessionState, textOf } from './state.ts';

type Waiting = Pick<QueuedPrompt, 'promptId' | 'clientId' | 'content' | 'queuedAt'>;

/** What a client is told of the prompt it submits. */
interface Place {
  readonly state: 'queued' | 'started' | 'injected';
  /** Prompts that run or start before it. */
  readonly position: number;
}

/** Accepts a prompt. It starts by `advance`, never here; one that interrupts tells the running turn to stop. */
export function decidePrompt(
  state: SessionState,
  command: CommandOf<'prompt'>,
  context: DecisionContext,
): Decision {
  requireOpen(state);
  requireRegistered(state, command.clientId);
  requireRoom(state, command, context);
  const { phase } = state;
  const { promptId, content, clientId, deadlineMs, meta, onBusy, compaction } = command;
  const deadlineAt = deadlineMs === null ? null : context.now + deadlineMs;
  const mode = admissionMode(phase, onBusy);
  const prompt = { promptId, content, clientId, queuedAt: context.now };
  const { position } = placeOf(phase, onBusy);
  const entries: SessionEntry[] = [
    fact('prompt_admitted', { promptId, content, clientId, deadlineAt, meta, mode, compaction }),
    ...(position > 0 ? [nowWaits(state, prompt, announcedAhead(phase, mode))] : []),
    ...(mode === 'interrupt' && position === 0 ? displaced(state) : []),
  ];
  const effects: SessionEffect[] =
    deadlineAt === null ? [] : [{ kind: 'watch_deadline', promptId, deadlineAt }];
  if (phase.kind === 'stranded') {
    entries.push(fact('opening_started', { intent: 'continue' }));
    effects.push({ kind: 'open_agent' });
  }
  return mode === 'interrupt' ? together({ entries, effects }, askToStop(state)) : { entries, effects };
}

/** Where a prompt would come in now. */
export function placeOf(phase: Phase, onBusy: CommandOf<'prompt'>['onBusy']): Place {
  const running = phase.kind === 'running' ? 1 : 0;
  const mode = admissionMode(phase, onBusy);
  if (mode === 'inject') return { state: 'injected', position: 0 };
  const position = running + ahead(phase, mode).length;
  return { state: position === 0 ? 'started' : 'queued', position };
}

/** Readers hear that prompts of the queue, which they did not know of, wait. */
export const nowWait = (
  state: SessionState,
  isMeant: (prompt: QueuedPrompt) => boolean,
): readonly SessionEntry[] => {
  let position = 0;
  const told: SessionEntry[] = [];
  for (const prompt of queueOf(state.phase)) {
    const isNew = !prompt.isAnnounced && isMeant(prompt);
    if (isNew) told.push(nowWaits(state, prompt, position));
    if (isNew || prompt.isAnnounced) position += 1;
  }
  return told;
};

const nowWaits = (
  { sessionId }: SessionState,
  { promptId, clientId, content, queuedAt }: Waiting,
  position: number,
): SessionEntry =>
  event(
    'pending_prompt_added',
    { sessionId, promptId, text: textOf(content), queuedAt, state: 'queued', position },
    about({ promptId, clientId }),
  );

/** Of those that start before a prompt that comes now, how many readers know of. */
const announcedAhead = (phase: Phase, mode: AdmissionMode | undefined): number =>
  ahead(phase, mode).filter(({ isAnnounced }) => isAnnounced).length;

/** Those that wait and start before a prompt that comes now. */
const ahead = (phase: Phase, mode: AdmissionMode | undefined): readonly QueuedPrompt[] =>
  mode === 'interrupt' ? queueOf(phase).filter(({ isInterrupting }) => isInterrupting) : queueOf(phase);

/** Only a turn that goes on can be joined; without one, or with one that is stopping, a prompt waits for its own. */
function admissionMode(phase: Phase, onBusy: CommandOf<'prompt'>['onBusy']): AdmissionMode | undefined {
  if (onBusy === 'interrupt') return 'interrupt';
  const mayJoin = phase.kind === 'running' && phase.turn.ending === null && phase.turn.compaction === null;
  return onBusy === 'inject' && mayJoin ? 'inject' : undefined;
}

/** What was to start next and nobody knew to wait. */
const displaced = (state: SessionState): readonly SessionEntry[] => nowWait(state, () => true);

/** @throws prompt_in_progress, prompt_queue_full */
function requireRoom(
  { phase, sessionId }: SessionState,
  { onBusy }: CommandOf<'prompt'>,
  { maxPendingPrompts }: DecisionContext,
): void {
  // The turn that is interrupted makes room for what interrupts it.
  const pendingPrompts = onBusy === 'interrupt' ? queueOf(phase).length : pendingCount(phase);
  if (pendingPrompts > 0 && onBusy === 'reject') {
    throw new DaemonError(
      'prompt_in_progress',
      'another prompt is running or queued; wait for it or use mode "queue"',
      { sessionId },
    );
  }
  if (pendingPrompts < maxPendingPrompts) return;
  throw new DaemonError(
    'prompt_queue_full',
    `${pendingPrompts} prompts are pending and ${maxPendingPrompts} is the limit; try again later`,
    { sessionId, limit: maxPendingPrompts, pendingCount: pendingPrompts },
  );
}
