import {
  type ClientId,
  type CreatedSession,
  type CreateSessionBody,
  type PromptId,
  promptIdFrom,
  sessionIdFrom,
} from '@holdfast/protocol';
import type { Caller, Delivery } from '../api/caller.ts';
import type { Core } from '../core.ts';
import { EarlySink } from '../session/agent-seat.ts';
import { agentSink } from '../session/agent-sink.ts';
import type { FirstPrompt } from '../session/command.ts';
import { ifKnown } from '../session/registry.ts';
import type { Session } from '../session/session.ts';
import { pendingCount } from '../session/state.ts';
import { abandonCreated } from './abandon-session.ts';
import { applySettings } from './apply-settings.ts';
import { attach, findExisting } from './attach-session.ts';
import { type CreateRequest, resolveRequest, targetOf } from './create-request.ts';
import type { KeepAnswer } from './idempotent-requests.ts';
import type { Openings } from './openings.ts';
import { admitPrompt, defaultDeadlineMs } from './prompt-session.ts';

/** Makes a session, or attaches to the one that is meant. */
export async function createSession(
  core: Core,
  openings: Openings,
  body: CreateSessionBody,
  caller: Caller,
): Promise<Delivery<CreatedSession>> {
  const { result, isReplayed } = await core.requests.once<Made>(
    caller,
    { operation: 'createSession', whileRunning: 'join' },
    async (keep) => createOrAttach(core, openings, await resolveRequest(core, body), caller.clientId, keep),
    // Stored by the line above.
    (answer: CreatedSession) => ({ answer, made: undefined }),
  );
  const { answer, made } = result;
  let stays = isReplayed || caller.idempotency !== undefined || body.prompt !== undefined;
  return {
    answer,
    isReplayed,
    abandon: async () => {
      if (stays || made === undefined) return;
      stays = true;
      const { session, clientId } = made;
      await abandonCreated(core, session, { clientId, attached: answer.attached, lastTurn: null });
    },
  };
}

interface Made {
  readonly answer: CreatedSession;
  /** Absent for a stored answer. */
  readonly made: { readonly session: Session; readonly clientId: ClientId } | undefined;
}

async function createOrAttach(
  core: Core,
  openings: Openings,
  request: CreateRequest,
  asked: ClientId | undefined,
  keep: KeepAnswer,
): Promise<Made> {
  for (;;) {
    // What it would attach to may be closed meanwhile: then that is not what is meant any more.
    const made = await ifKnown(createOrAttachNow(core, openings, request, asked, keep));
    if (made !== undefined) return made;
  }
}

/** @throws session_not_found when the session it would attach to was closed meanwhile */
async function createOrAttachNow(
  core: Core,
  openings: Openings,
  request: CreateRequest,
  asked: ClientId | undefined,
  keep: KeepAnswer,
): Promise<Made> {
  const newcomer = core.ids.clientId(asked);
  const prompt = firstPrompt(core, request, newcomer);
  const promptId = prompt?.promptId;
  const newAnswer = (session: Session) =>
    createdAnswer(core, session, request, { clientId: newcomer, attached: false, promptId });
  const { session, isNew, isRegistered } = await openings.share(
    targetOf(request),
    `${request.agent} ${request.cwd}`,
    newcomer,
    async (takeClients) => {
      const existing = await findExisting(core, request);
      if (existing !== undefined) return { session: existing, isNew: false };
      const created = await openSession(core, request, { takeClients, prompt }, (session) =>
        keep(newAnswer(session), session.id),
      );
      return { session: created, isNew: true };
    },
  );
  if (isNew) return { answer: newAnswer(session), made: { session, clientId: newcomer } };
  const clientId = await attach(core, session, request, isRegistered ? { as: newcomer } : { asked });
  const answer = createdAnswer(core, session, request, { clientId, attached: true, promptId });
  const keys = keep(answer, session.id);
  if (prompt !== null) await admitFirst(core, session, { ...prompt, clientId }, keys);
  else if (keys.length > 0) await core.journal.commit({ keys, isAcknowledged: true });
  return { answer, made: { session, clientId } };
}

/** A create that attaches with a prompt queues it as any other. */
async function admitFirst(
  core: Core,
  session: Session,
  prompt: FirstPrompt,
  keys: ReturnType<KeepAnswer>,
): Promise<void> {
  const deadlineMs = defaultDeadlineMs(core);
  await admitPrompt(core, session, { ...prompt, deadlineMs, meta: undefined, onBusy: 'queue' }, () => ({
    keys,
  }));
  session.admissions.release(prompt.promptId);
}

function firstPrompt(core: Core, { prompt: content }: CreateRequest, clientId: ClientId): FirstPrompt | null {
  if (content === undefined) return null;
  const deadlineMs = defaultDeadlineMs(core);
  const deadlineAt = deadlineMs === null ? null : core.clock.now() + deadlineMs;
  return { promptId: promptIdFrom(core.ids.uuid()), content, clientId, deadlineAt };
}

interface NewOpening {
  /** Those who wait for it by now; called once. */
  readonly takeClients: () => readonly ClientId[];
  readonly prompt: FirstPrompt | null;
}

/** Starts an agent session and records the session; nothing is left of it when that fails. */
async function openSession(
  core: Core,
  request: CreateRequest,
  opening: NewOpening,
  keysFor: (session: Session) => ReturnType<KeepAnswer>,
): Promise<Session> {
  const { parentSessionId, metadata } = request;
  const session = core.registry.prepare(request.sessionId ?? sessionIdFrom(core.ids.uuid()));
  const settle = metadata.alias ? await core.aliases.take(metadata.alias, session.id) : undefined;
  try {
    await beginSession(core, session, request, opening, keysFor);
  } finally {
    settle?.();
  }
  // Its parent may have been purged while the agent started.
  const isAlone = parentSessionId !== null && (await core.index.find(parentSessionId)) === undefined;
  if (isAlone) await session.execute({ kind: 'orphan' });
  return session;
}

async function beginSession(
  core: Core,
  session: Session,
  request: CreateRequest,
  { takeClients, prompt }: NewOpening,
  keysFor: (session: Session) => ReturnType<KeepAnswer>,
): Promise<void> {
  session.seat.reserve(() => core.slots.acquire());
  const giveUp = core.registry.expect(session.id);
  try {
    const lease = await core.agents.lease(request.agent, request.workspace);
    const sink = new EarlySink();
    try {
      const { agentSessionId, ...agentState } = await lease.connection.newSession(request, sink);
      const applied = await applySettings(core.logger, lease.connection, agentSessionId, request.settings);
      session.seat.sit({ lease, agentSessionId, binding: 1, reseed: null });
      const { cwd, workspace, agent, displayName, parentSessionId, mcpServers, scope } = request;
      const isDefaultTarget = scope === 'single';
      const details = { cwd, workspace, agent, displayName, parentSessionId, mcpServers, isDefaultTarget };
      const create = {
        kind: 'create',
        sessionId: session.id,
        ...details,
        metadata: request.metadata,
        clientIds: takeClients(),
        agentSessionId,
        agentState,
        applied,
        prompt,
      } as const;
      const committed = session.execute(create, () => ({ keys: keysFor(session) }));
      core.registry.enter(session);
      sink.connect(agentSink(core, session, 1));
      await committed;
    } catch (error) {
      core.registry.leave(session.id);
      const conversation = session.seat.leave();
      if (conversation !== undefined) await lease.connection.closeSession(conversation.agentSessionId);
      lease.release();
      throw error;
    }
  } catch (error) {
    giveUp();
    session.seat.leave();
    throw error;
  }
}

function createdAnswer(
  core: Core,
  session: Session,
  { settings: { modelId } }: CreateRequest,
  attach: {
    readonly clientId: ClientId;
    readonly attached: boolean;
    readonly promptId: PromptId | undefined;
  },
): CreatedSession {
  const { cwd, agent, createdAt, phase, agentState } = session.state;
  const { clientId, attached, promptId } = attach;
  return {
    sessionId: session.id,
    workspaceCwd: cwd,
    agent,
    attached,
    clientId,
    createdAt: new Date(createdAt).toISOString(),
    hasActivePrompt: pendingCount(phase) > 0 || promptId !== undefined,
    modelApplied: modelId === undefined ? undefined : agentState.currentModelId === modelId,
    lastEventId: attached ? session.lastSeq : 0,
    eventEpoch: core.epoch,
    promptId,
  };
}
