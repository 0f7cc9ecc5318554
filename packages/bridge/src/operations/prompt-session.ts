import {
  DaemonError,
  type PromptAccepted,
  type PromptBody,
  promptIdFrom,
  promptIdOf,
  type SessionId,
  type SteerBody,
} from '@holdfast/protocol';
import type { Admission, Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import type { CommandOf } from '../session/command.ts';
import { placeOf } from '../session/decide-prompt.ts';
import type { AlongWith } from '../session/position.ts';
import type { Session } from '../session/session.ts';
import { isRegistered } from '../session/state.ts';

/** Commits a prompt to a session's queue. The answer is durable before the prompt runs. */
export const promptSession = (
  core: Core,
  sessionId: SessionId,
  body: PromptBody,
  caller: Caller,
): Promise<Admission> => submitPrompt(core, { operation: 'promptSession', sessionId, body }, caller);

/** Commits a prompt that interrupts: the running turn is told to stop in the same commit. */
export const steerTurn = (
  core: Core,
  sessionId: SessionId,
  body: SteerBody,
  caller: Caller,
): Promise<Admission> =>
  submitPrompt(core, { operation: 'steerTurn', sessionId, body: { ...body, mode: 'interrupt' } }, caller);

interface Submission {
  /** Keys are told apart by it. */
  readonly operation: 'promptSession' | 'steerTurn';
  readonly sessionId: SessionId;
  readonly body: PromptBody;
}

/** A key that was used is found before anything is decided, so that no retry cancels its own turn. */
async function submitPrompt(
  core: Core,
  { operation, sessionId, body }: Submission,
  caller: Caller,
): Promise<Admission> {
  const session = await core.registry.wake(sessionId);
  touch(core, session, caller);
  const { result: answer, isReplayed } = await core.requests.once(
    caller,
    { operation, sessionId, whileRunning: 'refuse' },
    async (keep) => {
      const command = promptCommand(core, session, body, caller);
      const accepted: PromptAccepted = {
        promptId: command.promptId,
        lastEventId: session.lastSeq,
        eventEpoch: core.epoch,
        ...placeOf(session.state.phase, command.onBusy),
      };
      await admitPrompt(core, session, command, () => ({ keys: keep(accepted, sessionId) }));
      return accepted;
    },
    (stored: PromptAccepted) => stored,
  );
  return {
    answer,
    isReplayed,
    release(headStartMs) {
      // Whose request it is answers first; one that repeats it holds nothing back.
      if (!isReplayed) session.admissions.release(promptIdOf(answer.promptId), headStartMs);
    },
  };
}

/** Admits a prompt and holds it back until its answer left. @throws what the session refuses it for */
export async function admitPrompt(
  core: Core,
  session: Session,
  prompt: Omit<CommandOf<'prompt'>, 'kind'> | CommandOf<'compact'>,
  alongWith: AlongWith,
): Promise<void> {
  const { phase } = session.state;
  if (phase.kind !== 'closed') requireConfigured(core, session);
  const reserves = phase.kind === 'stranded' && !session.seat.isTaken;
  if (reserves) session.seat.reserve(() => core.slots.acquire());
  session.admissions.hold(prompt.promptId);
  try {
    await session.execute({ kind: 'prompt', ...prompt }, alongWith);
    session.admissions.admitted(prompt.promptId);
  } catch (error) {
    session.admissions.release(prompt.promptId);
    // After a lost write the state is still the one that was not recorded.
    if (reserves && (session.isStalled || session.state.phase.kind === 'stranded')) session.seat.leave();
    throw error;
  }
}

/** @throws agent_unavailable when the session's agent was removed from the configuration */
export function requireConfigured(core: Core, { state: { agent } }: Session): void {
  if (core.agents.definitions.has(agent)) return;
  throw new DaemonError(
    'agent_unavailable',
    `agent "${agent}" is not configured any more; the history stays readable, configure the agent to go on`,
    { agent },
  );
}

/** A request of a registered client keeps the session from idling. */
export function touch(core: Core, session: Session, { clientId }: Pick<Caller, 'clientId'>): void {
  const isKnown = clientId !== undefined && isRegistered(session.state, clientId);
  if (isKnown) session.presence.see(core.clock.now(), clientId);
}

/** How long a prompt may take when it does not say; null is for ever. */
export const defaultDeadlineMs = ({ limits }: Core): number | null =>
  limits.promptDeadlineMs === 0 ? null : limits.promptDeadlineMs;

function promptCommand(
  core: Core,
  session: Session,
  body: PromptBody,
  caller: Caller,
): Omit<CommandOf<'prompt'>, 'kind'> {
  const { mode = 'queue', onUnsupported = 'queue', expectedGeneration, deadlineMs } = body;
  const canInject = session.seat.connection?.introduction.capabilities.canInject ?? false;
  const { generation } = session.state;
  if (expectedGeneration !== undefined && expectedGeneration !== generation) {
    throw new DaemonError(
      'session_changed',
      `the session is at generation ${generation}, not ${expectedGeneration}`,
      {
        sessionId: session.id,
        generation,
        expectedGeneration,
      },
    );
  }
  return {
    promptId: promptIdFrom(core.ids.uuid()),
    content: body.prompt,
    clientId: caller.clientId ?? null,
    deadlineMs: deadlineMs ?? defaultDeadlineMs(core),
    meta: body._meta ?? undefined,
    onBusy: mode === 'inject' && !canInject ? onUnsupported : mode,
  };
}
