import type { AgentDescriptor, SessionId, SupportedCommands } from '@holdfast/protocol';
import type {
  Admission,
  Bridge,
  BridgeFigures,
  Caller,
  ListSessionsRequest,
  Readiness,
  SessionList,
} from './bridge.ts';
import type { Core } from './core.ts';
import { branchSession } from './operations/branch-session.ts';
import { closeSession } from './operations/close-session.ts';
import { setSessionMode, setSessionModel } from './operations/configure-session.ts';
import { createSession } from './operations/create-session.ts';
import { describeAgents } from './operations/describe-agents.ts';
import { detachClient } from './operations/detach-client.ts';
import { listSessions, listWorkspaceSessions } from './operations/list-sessions.ts';
import { Openings } from './operations/openings.ts';
import { promptSession, touch } from './operations/prompt-session.ts';
import { readTranscriptPage } from './operations/read-transcript-page.ts';
import { type Restores, restoreSession } from './operations/restore-session.ts';
import { refuse, shutDown } from './operations/shut-down.ts';
import { subscribe } from './operations/subscribe.ts';
import { updateMetadata } from './operations/update-metadata.ts';
import { votePermission } from './operations/vote-permission.ts';
import { requireOpen, requireRegistered } from './session/decision.ts';
import type { Session } from './session/session.ts';
import { pendingCount, queueOf } from './session/state.ts';
import { agentStateOf, describe, pendingPrompts, summarize } from './session/summary.ts';

/** The bridge in this process: each method wakes the session it is about and hands the call to its operation. */
export class LocalBridge implements Bridge {
  readonly epoch: Bridge['epoch'];
  readonly workspaces: Bridge['workspaces'];
  readonly defaultAgent: string;
  readonly limits: Bridge['limits'];
  readonly #core: Core;
  readonly #openings = new Openings();
  readonly #restores: Restores = new Map();
  readonly #onClosed: () => Promise<void>;
  readonly #noDrain = Promise.withResolvers<void>();
  readonly #noGrace = Promise.withResolvers<void>();
  #closing: Promise<void> | undefined;

  constructor(core: Core, onClosed: () => Promise<void>) {
    this.#core = core;
    this.#onClosed = onClosed;
    this.epoch = core.epoch;
    this.workspaces = core.workspaces.roots;
    this.defaultAgent = core.defaultAgent;
    this.limits = core.limits;
  }

  listAgents(): readonly AgentDescriptor[] {
    return describeAgents(this.#core);
  }

  async createSession(...[body, caller]: Parameters<Bridge['createSession']>) {
    this.#admit();
    return await createSession(this.#core, this.#openings, body, caller);
  }

  async describeSession(sessionId: SessionId) {
    const session = await this.#core.registry.wake(sessionId);
    return describe(session.state, session, this.epoch);
  }

  async getSessionStatus(sessionId: SessionId) {
    const session = await this.#wakeOpen(sessionId);
    return summarize(session.state, session);
  }

  async listSessions(request: ListSessionsRequest): Promise<SessionList> {
    return await listSessions(this.#core, request);
  }

  async listWorkspaceSessions(...[workspace, page]: Parameters<Bridge['listWorkspaceSessions']>) {
    return await listWorkspaceSessions(this.#core, workspace, page);
  }

  async promptSession(...[sessionId, body, caller]: Parameters<Bridge['promptSession']>): Promise<Admission> {
    this.#admit();
    return await promptSession(this.#core, sessionId, body, caller);
  }

  async cancelTurn(sessionId: SessionId, caller: Caller): Promise<void> {
    const session = await this.#core.registry.wake(sessionId);
    touch(this.#core, session, caller);
    // No terminal may overtake the answer of the prompt it ends.
    await session.admissions.settled();
    await session.execute({ kind: 'cancel', clientId: caller.clientId });
  }

  async votePermission(...[target, body, caller]: Parameters<Bridge['votePermission']>): Promise<void> {
    await votePermission(this.#core, target, body, caller);
  }

  async heartbeat(sessionId: SessionId, caller: Caller) {
    const session = await this.#core.registry.wake(sessionId);
    requireOpen(session.state);
    requireRegistered(session.state, caller.clientId);
    session.lastSeenAt = this.#core.clock.now();
    return { sessionId, clientId: caller.clientId, lastSeenAt: session.lastSeenAt };
  }

  async detach(sessionId: SessionId, caller: Caller): Promise<void> {
    await detachClient(this.#core, sessionId, caller);
  }

  async updateMetadata(...[sessionId, body, caller]: Parameters<Bridge['updateMetadata']>) {
    return await updateMetadata(this.#core, sessionId, body, caller);
  }

  async closeSession(sessionId: SessionId, caller: Caller): Promise<void> {
    await closeSession(this.#core, sessionId, caller);
  }

  async loadSession(...[sessionId, body, caller]: Parameters<Bridge['loadSession']>) {
    this.#admit();
    return await restoreSession(this.#core, this.#restores, 'load', { sessionId, body }, caller);
  }

  async resumeSession(...[sessionId, body, caller]: Parameters<Bridge['resumeSession']>) {
    this.#admit();
    return await restoreSession(this.#core, this.#restores, 'resume', { sessionId, body }, caller);
  }

  async branchSession(...[sessionId, body, caller]: Parameters<Bridge['branchSession']>) {
    this.#admit();
    return await branchSession(this.#core, sessionId, body, caller);
  }

  async setSessionModel(
    ...[sessionId, modelId, caller]: Parameters<Bridge['setSessionModel']>
  ): Promise<void> {
    await setSessionModel(this.#core, sessionId, modelId, caller);
  }

  async setSessionMode(...[sessionId, modeId, caller]: Parameters<Bridge['setSessionMode']>) {
    return await setSessionMode(this.#core, sessionId, modeId, caller);
  }

  async getSessionContext(sessionId: SessionId) {
    const { state } = await this.#wakeOpen(sessionId);
    return { v: 1, sessionId, workspaceCwd: state.cwd, state: agentStateOf(state) } as const;
  }

  async getSupportedCommands(sessionId: SessionId): Promise<SupportedCommands> {
    const { state } = await this.#wakeOpen(sessionId);
    // ACP AvailableCommand objects, taken from the agent at its word.
    const availableCommands = [
      ...state.agentState.availableCommands,
    ] as SupportedCommands['availableCommands'];
    return { v: 1, sessionId, availableCommands, availableSkills: [] };
  }

  async listPendingPrompts(sessionId: SessionId) {
    const { state } = await this.#wakeOpen(sessionId);
    return { pendingPrompts: pendingPrompts(state) };
  }

  async removePendingPrompt(...[sessionId, promptId, caller]: Parameters<Bridge['removePendingPrompt']>) {
    const session = await this.#wakeOpen(sessionId);
    await session.admissions.settled();
    const removed = queueOf(session.state.phase).some((prompt) => prompt.promptId === promptId);
    await session.execute({ kind: 'remove', promptId, clientId: caller.clientId });
    return { removed };
  }

  async getTranscript(...[sessionId, query]: Parameters<Bridge['getTranscript']>) {
    return await readTranscriptPage(this.#core, sessionId, query);
  }

  async subscribe(...[sessionId, request]: Parameters<Bridge['subscribe']>) {
    return await subscribe(this.#core, sessionId, request);
  }

  figures(): BridgeFigures {
    const { registry, resolvers, agents, slots } = this.#core;
    const awake = [...registry.awake()];
    return {
      sessions: slots.used,
      pendingPermissions: resolvers.waiting,
      activePrompts: awake.reduce((sum, { state }) => sum + pendingCount(state.phase), 0),
      connectedClients: awake.reduce((sum, { subscribers }) => sum + subscribers, 0),
      agentProcesses: agents.processCount(),
    };
  }

  readiness(): Readiness {
    if (this.#closing !== undefined) return { isReady: false, reason: 'the daemon is shutting down' };
    const fault = this.#core.journal.fault();
    if (fault !== undefined) return { isReady: false, reason: fault };
    const isStalled = [...this.#core.registry.awake()].some((session) => session.isStalled);
    return isStalled ? { isReady: false, reason: 'the journal refuses to write' } : { isReady: true };
  }

  close({ drainTimeoutMs = this.#core.limits.drainTimeoutMs } = {}): Promise<void> {
    if (drainTimeoutMs === 0) {
      this.#noDrain.resolve();
      if (this.#closing !== undefined) this.#noGrace.resolve();
    }
    const [noDrain, noGrace] = [this.#noDrain.promise, this.#noGrace.promise];
    this.#closing ??= shutDown(this.#core, { drainTimeoutMs, noDrain, noGrace }).finally(this.#onClosed);
    return this.#closing;
  }

  /** @throws session_not_found for a closed session too */
  async #wakeOpen(sessionId: SessionId): Promise<Session> {
    const session = await this.#core.registry.wake(sessionId);
    requireOpen(session.state);
    return session;
  }

  /** @throws shutting_down */
  #admit(): void {
    if (this.#closing !== undefined) refuse();
  }
}
