import type {
  AgentDescriptor,
  AgentList,
  AgentSessionPage,
  AppliedCleanup,
  ArchivedSessions,
  Capabilities,
  CleanupPlan,
  DeletedSessions,
  Health,
  ImportedSession,
  ImportSessionQuery,
  ListAgentSessionsQuery,
  ListSessionsQuery,
  PlanCleanupBody,
  PreviewList,
  PreviewSessionsBody,
  ResolvedSession,
  ResolveSessionQuery,
  SearchPage,
  SearchSessionsQuery,
  SessionPage,
  UnarchivedSessions,
  WorkspaceSessionPage,
} from '@holdfast/protocol/view';
import type { CallOptions, SubmitOptions } from './call-options.ts';
import type { SessionFile } from './session-file.ts';
import * as routes from './transport/routes.gen.ts';
import type { Transport } from './transport/transport.ts';

/** What the daemon is asked or told in one request. */
export class ClientCalls {
  protected readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** What this daemon is and can do. @throws HoldfastError */
  capabilities({ signal }: CallOptions = {}): Promise<Capabilities> {
    return this.transport.call(routes.capabilities, { signal });
  }

  /** Whether it works; a degraded one is an answer too. `deep` adds counts. @throws HoldfastError */
  health({ signal, deep }: CallOptions & { readonly deep?: boolean } = {}): Promise<Health> {
    return this.transport.call(routes.health, {
      signal,
      query: { deep: deep ? 1 : undefined },
      acceptsStatus: 503,
    });
  }

  /** The agents that can run. @throws HoldfastError */
  listAgents({ signal }: CallOptions = {}): Promise<AgentList> {
    return this.transport.call(routes.listAgents, { signal });
  }

  /** One agent. @throws HoldfastError agent_not_found */
  getAgent(agent: string, { signal }: CallOptions = {}): Promise<AgentDescriptor> {
    return this.transport.call(routes.getAgent, { signal, params: { agent } });
  }

  /** The sessions an agent keeps by itself; starts the agent. @throws HoldfastError capability_missing */
  listAgentSessions(
    agent: string,
    { signal, ...query }: CallOptions & ListAgentSessionsQuery = {},
  ): Promise<AgentSessionPage> {
    return this.transport.call(routes.listAgentSessions, { signal, params: { agent }, query });
  }

  /** One page of the sessions of all workspaces, newest activity first unless sorted otherwise. @throws HoldfastError */
  listSessions(query: ListSessionsQuery = {}, { signal }: CallOptions = {}): Promise<SessionPage> {
    return this.transport.call(routes.listSessions, { signal, query });
  }

  /** All pages from the query's cursor on, each fetched when it is asked for. @throws HoldfastError */
  async *sessionPages(
    query: ListSessionsQuery = {},
    options: CallOptions = {},
  ): AsyncGenerator<SessionPage, void, undefined> {
    let { cursor } = query;
    do {
      const page = await this.listSessions({ ...query, cursor }, options);
      yield page;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  /** One page of the sessions of a working directory or workspace id. @throws HoldfastError */
  listWorkspaceSessions(
    workspace: string,
    { signal, ...query }: CallOptions & { readonly size?: number; readonly cursor?: string } = {},
  ): Promise<WorkspaceSessionPage> {
    return this.transport.call(routes.listWorkspaceSessions, { signal, params: { workspace }, query });
  }

  /** The last messages of up to 64 sessions; a fault of one is in its own row. @throws HoldfastError */
  previewSessions(
    sessionIds: readonly string[],
    { signal, ...size }: CallOptions & Omit<PreviewSessionsBody, 'sessionIds'> = {},
  ): Promise<PreviewList> {
    return this.transport.call(routes.previewSessions, { signal, body: { ...size, sessionIds } });
  }

  /**
   * The one session that exactly one of `id`, `alias`, `label`, `idPrefix` or `promptId` names.
   * @throws HoldfastError session_not_found; ambiguous with the candidates
   */
  resolveSession(query: ResolveSessionQuery, { signal }: CallOptions = {}): Promise<ResolvedSession> {
    return this.transport.call(routes.resolveSession, { signal, query });
  }

  /**
   * One page of the turns that contain all words of `q`, newest first, with the words marked; `nextCursor` is the
   * `cursor` of the next. @throws HoldfastError invalid_cursor
   */
  searchSessions(query: SearchSessionsQuery, { signal }: CallOptions = {}): Promise<SearchPage> {
    return this.transport.call(routes.searchSessions, { signal, query });
  }

  /**
   * Makes a new session of one exported as `jsonl`, or nothing at all unless the file is whole. Load or branch it to go
   * on. Has no deadline, and a stream is sent once, never again.
   * @throws HoldfastError invalid_import with the line; invalid_cwd, workspace_mismatch: import it with another `cwd`
   */
  importSession(
    file: SessionFile,
    { signal, idempotencyKey, ...query }: SubmitOptions & ImportSessionQuery = {},
  ): Promise<ImportedSession> {
    return this.transport.call(routes.importSession, { signal, idempotencyKey, query, upload: file });
  }

  /** Purges sessions with their history, live ones too; a fault of one leaves the others alone. At most 100. @throws HoldfastError */
  deleteSessions(sessionIds: readonly string[], { signal }: CallOptions = {}): Promise<DeletedSessions> {
    return this.transport.call(routes.deleteSessions, { signal, body: { sessionIds } });
  }

  /** Closes sessions and takes them out of the lists; a load brings one back. At most 100. @throws HoldfastError */
  archiveSessions(sessionIds: readonly string[], { signal }: CallOptions = {}): Promise<ArchivedSessions> {
    return this.transport.call(routes.archiveSessions, { signal, body: { sessionIds } });
  }

  /** Puts sessions back into the lists, closed as they are. At most 100. @throws HoldfastError */
  unarchiveSessions(
    sessionIds: readonly string[],
    { signal }: CallOptions = {},
  ): Promise<UnarchivedSessions> {
    return this.transport.call(routes.unarchiveSessions, { signal, body: { sessionIds } });
  }

  /** Says which sessions a cleanup would archive or purge and why; changes none. Limits that are absent or 0 are off. @throws HoldfastError */
  planCleanup(body: PlanCleanupBody, { signal }: CallOptions = {}): Promise<CleanupPlan> {
    return this.transport.call(routes.planCleanup, { signal, body });
  }

  /** Carries out a plan within 15 minutes; leaves out, and says so, what changed meanwhile. @throws HoldfastError cleanup_plan_not_found */
  applyCleanup(planId: string, { signal }: CallOptions = {}): Promise<AppliedCleanup> {
    return this.transport.call(routes.applyCleanup, { signal, params: { planId }, body: {} });
  }
}
