import {
  type ClientId,
  type Context,
  DaemonError,
  type RestoredSession,
  type RestoreSessionBody,
  type SessionId,
} from '@holdfast/protocol';
import type { Caller, Delivery } from '../api/caller.ts';
import type { Core } from '../core.ts';
import { failureOf } from '../session/failure.ts';
import { currentGeneration } from '../session/generations.ts';
import type { Session } from '../session/session.ts';
import { pendingCount } from '../session/state.ts';
import { agentStateOf } from '../session/summary.ts';
import { detachClient } from './detach-client.ts';
import { nameClient } from './name-client.ts';
import { openAgent } from './open-agent.ts';
import { requireConfigured } from './prompt-session.ts';
import { retainedRange } from './retained-range.ts';
import { refuse } from './shut-down.ts';

/** How a session is asked back: load replays its history to the client, resume goes on at its tail. */
export type RestoreAction = 'load' | 'resume';

interface Restore {
  readonly action: RestoreAction;
  /** Who waits for it; undefined once they are registered with the session. */
  waiting: ClientId[] | undefined;
  /** Id of the last event before the restore. */
  readonly tail: number;
  readonly context: Promise<Context>;
}

/** The restores in flight, by session. */
export type Restores = Map<SessionId, Restore>;

/**
 * Brings a session back, or attaches to it where it is live. Restores of the same kind share one.
 * @throws session_not_found, workspace_mismatch, restore_in_progress, session_limit_exceeded, session_restore_timeout, …
 */
export async function restoreSession(
  core: Core,
  restores: Restores,
  action: RestoreAction,
  target: { readonly sessionId: SessionId; readonly body: RestoreSessionBody },
  caller: Caller,
): Promise<Delivery<RestoredSession>> {
  const session = await core.registry.wake(target.sessionId);
  await requireCwd(core, session, target.body.cwd);
  const clientId = nameClient(core, session, caller.clientId);
  const { context, tail } = await restoreOrAttach(core, restores, session, action, clientId);
  return {
    answer: await restoredAnswer(core, session, { action, clientId, context, tail }),
    isReplayed: false,
    abandon: async () => {
      if (caller.idempotency === undefined) await detachClient(core, session.id, { ...caller, clientId });
    },
  };
}

async function restoreOrAttach(
  core: Core,
  restores: Restores,
  session: Session,
  action: RestoreAction,
  clientId: ClientId,
): Promise<{ readonly context: Context; readonly tail: number }> {
  for (;;) {
    const running = restores.get(session.id);
    if (running !== undefined) {
      if (running.action !== action) throw conflict(session.id, running.action, action);
      if (running.waiting === undefined) await session.execute({ kind: 'register', clientId });
      else running.waiting.push(clientId);
      return { context: await running.context, tail: running.tail };
    }
    const { phase } = session.state;
    if (phase.kind === 'stranded' || phase.kind === 'closed') {
      const restore = beginRestore(core, restores, session, action, clientId);
      return { context: await restore.context, tail: restore.tail };
    }
    if (phase.kind !== 'opening') {
      const tail = session.lastSeq;
      await session.execute({ kind: 'register', clientId });
      return { context: 'unchanged', tail };
    }
    // It is being continued for a prompt: that never conflicts.
    await session.until((state) => state.phase.kind !== 'opening');
  }
}

function beginRestore(
  core: Core,
  restores: Restores,
  session: Session,
  action: RestoreAction,
  clientId: ClientId,
): Restore {
  requireConfigured(core, session);
  // It may have waited for something else first.
  if (session.admissions.isPaused) refuse();
  session.seat.reserve(() => core.slots.acquire());
  const tail = session.lastSeq;
  const takeClients = () => {
    const { waiting = [] } = restore;
    restore.waiting = undefined;
    return waiting;
  };
  const context = reopen(core, session, action, takeClients).finally(() => restores.delete(session.id));
  const restore: Restore = { action, waiting: [clientId], tail, context };
  restores.set(session.id, restore);
  return restore;
}

async function reopen(
  core: Core,
  session: Session,
  intent: RestoreAction,
  takeClients: () => readonly ClientId[],
): Promise<Context> {
  const reopened = session.execute({ kind: 'reopen', intent });
  const opening = session.state.openings;
  try {
    await reopened;
    return await openAgent(core, session, opening, takeClients);
  } catch (error) {
    // What was not recorded never opened: nobody else would give the place back.
    if (session.isStalled && session.seat.conversation === undefined) session.seat.leave();
    session.submit({ kind: 'not_bound', opening, failure: failureOf(error) });
    throw error;
  }
}

async function restoredAnswer(
  core: Core,
  session: Session,
  restored: { action: RestoreAction; clientId: ClientId; context: Context; tail: number },
): Promise<RestoredSession> {
  const { state } = session;
  const { earliestSeq } = await retainedRange(core, session);
  const begun = currentGeneration(session.state).afterEventId;
  return {
    sessionId: session.id,
    workspaceCwd: state.cwd,
    agent: state.agent,
    attached: true,
    clientId: restored.clientId,
    createdAt: new Date(state.createdAt).toISOString(),
    hasActivePrompt: pendingCount(state.phase) > 0,
    lastEventId: restored.action === 'load' ? Math.max(earliestSeq - 1, begun) : restored.tail,
    eventEpoch: core.epoch,
    state: agentStateOf(state),
    context: restored.context,
  };
}

async function requireCwd(core: Core, { id, state }: Session, requested: string | undefined): Promise<void> {
  if (requested === undefined) return;
  const { cwd } = await core.workspaces.locate(requested);
  if (cwd === state.cwd) return;
  throw new DaemonError(
    'workspace_mismatch',
    `session ${id} belongs to ${state.cwd}, not ${cwd}; leave cwd out`,
    {
      sessionId: id,
      requestedWorkspace: cwd,
      boundWorkspace: state.cwd,
      workspaces: [state.cwd],
    },
  );
}

const conflict = (
  sessionId: SessionId,
  activeAction: RestoreAction,
  requestedAction: RestoreAction,
): DaemonError =>
  new DaemonError(
    'restore_in_progress',
    `a ${activeAction} of session ${sessionId} is running; wait for it before a ${requestedAction}`,
    { sessionId, activeAction, requestedAction },
  );
