import type { AgentDescriptor, SessionId } from '@holdfast/protocol';
import type { Admission, Bridge, BridgeFigures, Caller, ListSessionsRequest, Readiness, SessionList } from './bridge.ts';
import type { Core } from './core.ts';
import { closeSession } from './operations/close-session.ts';
import { createSession } from './operations/create-session.ts';
import { describeAgents } from './operations/describe-agents.ts';
import { detachClient } from './operations/detach-client.ts';
import { listSessions, listWorkspaceSessions } from './operations/list-sessions.ts';
import { Openings } from './operations/openings.ts';
import { promptSession, touch } from './operations/prompt-session.ts';
import { refuse, shutDown } from './operations/shut-down.ts';
import { subscribe } from './operations/subscribe.ts';
import { updateMetadata } from './operations/update-metadata.ts';
import { votePermission } from './operations/vote-permission.ts';
import { requireOpen, requireRegistered } from './session/decision.ts';
import { pendingCount } from './session/state.ts';
import { describe, summarize } from './session/summary.ts';

/** The bridge in this process: each method wakes the session it is about and hands the call to its operation. */
export class LocalBridge implements Bridge {
  readonly epoch: Bridge['epoch'];
  readonly workspaces: Bridge['workspaces'];
  readonly defaultAgent: string;
  readonly limits: Bridge['limits'];
  readonly #core: Core;
  readonly #openings = new Openings();
  readonly #onClosed: () => Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(core: Core, onClosed: () => Promise<void>) {
    this.#core = core;
    this.#onClosed = onClosed;
    this.epoch = core.epoch;
    this.workspaces = core.workspaces.roots;
    this.defaultAgent = core.defaultAgent;
    const { maxSessions, maxPendingPrompts, restoreTimeoutMs } = core.limits;
    this.limits = { maxSessions, maxPendingPrompts, restoreTimeoutMs };
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
    const session = await this.#core.registry.wake(sessionId);
    requireOpen(session.state);
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
    const isStalled = [...this.#core.registry.awake()].some((session) => session.isStalled);
    return isStalled ? { isReady: false, reason: 'the journal refuses to write' } : { isReady: true };
  }

  close({ drainTimeoutMs = this.#core.limits.drainTimeoutMs } = {}): Promise<void> {
    this.#closing ??= shutDown(this.#core, drainTimeoutMs).finally(this.#onClosed);
    return this.#closing;
  }

  /** @throws shutting_down */
  #admit(): void {
    if (this.#closing !== undefined) refuse();
  }
}
