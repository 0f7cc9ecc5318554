import type { Core } from '../core.ts';
import { continueSession } from '../operations/continue-session.ts';
import type { Conversation } from './agent-seat.ts';
import type { SessionEffect } from './effect.ts';
import { failureOf } from './failure.ts';
import { permissionTimer } from './permission-timer.ts';
import type { Session } from './session.ts';
import type { SessionState } from './state.ts';

type EffectOf<Kind extends SessionEffect['kind']> = Extract<SessionEffect, { kind: Kind }>;

/** Does what a durable decision asks for; every completion comes back as a command. */
export function runEffect(core: Core, session: Session, effect: SessionEffect): void {
  switch (effect.kind) {
    case 'advance':
      session.submit({ kind: 'advance' });
      leaveUnused(session);
      return;
    case 'send_prompt':
      void sendPrompt(session, effect);
      return;
    case 'send_injection':
      void sendInjection(session, effect);
      return;
    case 'send_cancel':
      sendCancel(core, session, effect);
      return;
    case 'answer_permission':
      session.timers.stop(permissionTimer(effect.requestId));
      core.resolvers.answer(effect.requestId, effect.outcome);
      return;
    case 'watch_deadline':
      session.timers.set(`deadline ${effect.promptId}`, effect.deadlineAt - core.clock.now(), () =>
        session.submit({ kind: 'deadline', promptId: effect.promptId }),
      );
      return;
    case 'open_agent':
      void continueSession(core, session);
      return;
    case 'close_agent':
      closeAgent(core, session);
      return;
    case 'part_from_agent':
      partFromAgent(core, session, effect);
      return;
    case 'abandon_agent':
      abandonAgent(session);
      return;
    case 'release_agent':
      session.seat.vacate()?.lease.release();
      leaveUnused(session);
      return;
    default:
      effect satisfies never;
  }
}

async function sendPrompt(session: Session, effect: EffectOf<'send_prompt'>): Promise<void> {
  const { promptId, content, meta } = effect;
  const { conversation } = session.seat;
  // Without a conversation its end is already on its way as `agent_gone`.
  if (conversation === undefined) return;
  const { binding, agentSessionId, lease } = conversation;
  const reseed = session.seat.takeReseed();
  const prompt = reseed === null ? content : [reseed, ...content];
  const turn = lease.connection.prompt(agentSessionId, prompt, meta);
  session.seat.work(turn);
  const end = await turn.then(
    (answer) => ({ kind: 'answered', binding, promptId, answer }) as const,
    (error: unknown) => ({ kind: 'failed', binding, promptId, failure: failureOf(error) }) as const,
  );
  const headStart = session.admissions.headStartOf(promptId);
  if (headStart !== undefined) await headStart;
  // What the agent took in ends with the turn, what it did not runs by itself: that must be known before the turn ends.
  while (session.isPresent && isInjecting(session.state)) await session.until((state) => !isInjecting(state));
  session.submit(end);
  session.timers.stop(graceTimer(promptId));
  session.timers.stop(`deadline ${promptId}`);
}

const isInjecting = ({ phase }: SessionState): boolean =>
  phase.kind === 'running' && phase.queue.some(({ injection }) => injection === 'sent');

/** Never rejects. */
async function sendInjection(session: Session, effect: EffectOf<'send_injection'>): Promise<void> {
  const { promptId, content, meta } = effect;
  const { conversation } = session.seat;
  // As for a prompt.
  if (conversation === undefined) return;
  const { binding, agentSessionId, lease } = conversation;
  try {
    const outcome = await lease.connection.inject(agentSessionId, content, meta);
    session.submit({ kind: 'injection_answered', binding, promptId, outcome });
  } catch (error) {
    // A death of the process ends the turn, and this with it.
    if (failureOf(error).code === 'agent_exited') return;
    session.submit({ kind: 'injection_answered', binding, promptId, outcome: 'unknown' });
  }
}

function sendCancel(core: Core, session: Session, { promptId }: EffectOf<'send_cancel'>): void {
  const { conversation } = session.seat;
  if (conversation === undefined) return;
  conversation.lease.connection.cancel(conversation.agentSessionId);
  session.timers.set(graceTimer(promptId), core.limits.cancelGraceMs, () =>
    session.submit({ kind: 'grace_over', promptId }),
  );
}

/** Tells the agent, and gives its process back once it stopped working; after the grace it is left behind. */
function closeAgent(core: Core, session: Session): void {
  const { seat } = session;
  const { turnEnds } = seat;
  // A restore that was asked for before the close was durable keeps the place.
  const conversation = session.state.phase.kind === 'closed' ? seat.leave() : seat.vacate();
  session.timers.close();
  if (conversation !== undefined) endConversation(core, conversation, turnEnds);
}

/** The place is kept for the agent session that follows. */
function partFromAgent(core: Core, { seat }: Session, { binding }: EffectOf<'part_from_agent'>): void {
  const { turnEnds } = seat;
  if (seat.conversation?.binding !== binding) return;
  const conversation = seat.vacate();
  if (conversation !== undefined) endConversation(core, conversation, turnEnds);
}

function endConversation(core: Core, conversation: Conversation, turnEnds: Promise<unknown>): void {
  const { lease, agentSessionId } = conversation;
  const { connection } = lease;
  connection.cancel(agentSessionId);
  const stopGrace = core.clock.after(core.limits.cancelGraceMs, () => {
    lease.retire();
    lease.release();
  });
  void Promise.allSettled([connection.closeSession(agentSessionId), turnEnds]).then(() => {
    stopGrace();
    lease.release();
  });
}

/** A place is kept only while an agent session is held, acquired, or waited for. */
function leaveUnused(session: Session): void {
  const { phase } = session.state;
  const isUnused = phase.kind === 'closed' || (phase.kind === 'stranded' && phase.queue.length === 0);
  if (isUnused && session.seat.conversation === undefined) session.seat.leave();
}

function abandonAgent(session: Session): void {
  const conversation = session.seat.vacate();
  leaveUnused(session);
  if (conversation === undefined) return;
  const { lease, agentSessionId } = conversation;
  lease.connection.forget(agentSessionId);
  lease.retire();
  lease.release();
}

// By prompt: the late answer of an agent that was left behind must not stop the grace of a later turn.
const graceTimer = (promptId: string): string => `grace ${promptId}`;
