import {
  type ClientId,
  type CreatedSession,
  type CreateSessionBody,
  clientIdFrom,
  type PromptId,
  promptIdFrom,
  sessionIdFrom,
} from '@holdfast/protocol';
import type { Caller, Delivery } from '../api/caller.ts';
import type { Core } from '../core.ts';
import { EarlySink } from '../session/agent-seat.ts';
import { agentSink } from '../session/agent-sink.ts';
import type { FirstPrompt } from '../session/command.ts';
import type { Session } from '../session/session.ts';
import { pendingCount } from '../session/state.ts';
import { abandonCreated } from './abandon-session.ts';
import { applySettings } from './apply-settings.ts';
import { findExisting, requireSame } from './attach-session.ts';
import { setSessionMode, setSessionModel } from './configure-session.ts';
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
  const clientId = caller.clientId ?? clientIdFrom(core.ids.uuid());
  const { result, isReplayed } = await core.requests.once<Made>(
    caller,
    { operation: 'createSession', whileRunning: 'join' },
    async (keep) => createOrAttach(core, openings, await resolveRequest(core, body), clientId, keep),
    // Stored by the line above.
    (answer: CreatedSession) => ({ answer, session: undefined }),
  );
  const { answer, session } = result;
  let stays = isReplayed || caller.idempotency !== undefined || body.prompt !== undefined;
  return {
    answer,
    isReplayed,
    abandon: async () => {
      if (stays || session === undefined) return;
      stays = true;
      await abandonCreated(core, session, { clientId, attached: answer.attached, lastTurn: null });
    },
  };
}

interface Made {
  readonly answer: CreatedSession;
  /** Absent in a stored answer. */
  readonly session: Session | undefined;
}

async function createOrAttach(
  core: Core,
  openings: Openings,
  request: CreateRequest,
  clientId: ClientId,
  keep: KeepAnswer,
): Promise<Made> {
  const prompt = firstPrompt(core, request, clientId);
  const answerOf = (session: Session, attached: boolean) =>
    createdAnswer(core, session, request, { clientId, attached, promptId: prompt?.promptId });
  const { session, isNew, isRegistered } = await openings.share(
    targetOf(request),
    `${request.agent} ${request.cwd}`,
    clientId,
    async (takeClients) => {
      const existing = await findExisting(core, request);
      if (existing !== undefined) return { session: existing, isNew: false };
      const created = await openSession(core, request, { takeClients, prompt }, (session) =>
        keep(answerOf(session, false), session.id),
      );
      return { session: created, isNew: true };
    },
  );
  if (isNew) return { answer: answerOf(session, false), session };
  if (request.sessionId !== undefined) requireSame(session, request);
  if (!isRegistered) await session.execute({ kind: 'register', clientId });
  await applyToAttached(core, session, request, clientId);
  const answer = answerOf(session, true);
  const keys = keep(answer, session.id);
  if (prompt !== null) {
    const queued = {
      ...prompt,
      deadlineMs: defaultDeadlineMs(core),
      meta: undefined,
      onBusy: 'queue' as const,
    };
    await admitPrompt(core, session, queued, () => ({ keys }));
    session.admissions.release(prompt.promptId);
  } else if (keys.length > 0) await core.journal.commit({ keys, isAcknowledged: true });
  return { answer, session };
}

function firstPrompt(core: Core, { prompt: content }: CreateRequest, clientId: ClientId): FirstPrompt | null {
  if (content === undefined) return null;
  const deadlineMs = defaultDeadlineMs(core);
  const deadlineAt = deadlineMs === null ? null : core.clock.now() + deadlineMs;
  return { promptId: promptIdFrom(core.ids.uuid()), content, clientId, deadlineAt };
}

/** Starts an agent session and records the session; nothing is left of it when that fails. */
async function openSession(
  core: Core,
  request: CreateRequest,
  { takeClients, prompt }: { takeClients: () => readonly ClientId[]; prompt: FirstPrompt | null },
  keysFor: (session: Session) => ReturnType<KeepAnswer>,
): Promise<Session> {
  const session = core.registry.prepare(request.sessionId ?? sessionIdFrom(core.ids.uuid()));
  session.seat.reserve(() => core.slots.acquire());
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
      return session;
    } catch (error) {
      core.registry.leave(session.id);
      const conversation = session.seat.leave();
      if (conversation !== undefined) await lease.connection.closeSession(conversation.agentSessionId);
      lease.release();
      throw error;
    }
  } catch (error) {
    session.seat.leave();
    throw error;
  }
}

/** What a client chooses while attaching holds for the session, as if chosen right after. */
async function applyToAttached(
  core: Core,
  session: Session,
  { settings: { modelId, modeId } }: CreateRequest,
  clientId: ClientId,
): Promise<void> {
  const choices = [
    modelId === undefined ? undefined : () => setSessionModel(core, session.id, modelId, { clientId }),
    modeId === undefined ? undefined : () => setSessionMode(core, session.id, modeId, { clientId }),
  ];
  for (const choose of choices) {
    // The session is there either way; `modelApplied` and the events tell what the agent took.
    await choose?.().catch((error: unknown) =>
      core.logger.warn({ sessionId: session.id, err: error }, 'the agent refused a setting of the session'),
    );
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
