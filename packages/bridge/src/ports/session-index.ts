import type { AgentSessionId, PromptId, SessionId, SessionState, TurnState } from '@holdfast/protocol';

/** What an agent offers in a session, the same for most of its sessions: kept once, however many have it. */
export interface AgentCatalog {
  /** Stands for the content: equal digests, equal catalogs. */
  readonly digest: string;
  /** Modes, models and options as ACP shapes them, without what is current of modes and models. */
  readonly modes: unknown;
  readonly models: unknown;
  readonly configOptions: unknown;
  readonly availableCommands: readonly unknown[];
}

/** The beginning of a session's last message. */
export interface MessagePreview {
  readonly role: 'user' | 'agent';
  readonly text: string;
}

/** Everything a list shows of a session. */
export interface ListedSession {
  readonly sessionId: SessionId;
  /** The session's canonical working directory. */
  readonly cwd: string;
  /** The workspace root that contains it. */
  readonly workspace: string;
  readonly agent: string;
  readonly parentSessionId: SessionId | null;
  readonly createdAt: number;
  /** Moves with turns, not with housekeeping. */
  readonly activityAt: number;
  readonly displayName: string | null;
  readonly agentTitle: string | null;
  readonly firstPrompt: string | null;
  readonly alias: string | null;
  readonly labels: readonly string[];
  readonly isPinned: boolean;
  readonly isProtected: boolean;
  readonly isArchived: boolean;
  /** `closed` while only load or resume bring it back. */
  readonly state: SessionState;
  readonly hasActivePrompt: boolean;
  readonly isWaitingForPermission: boolean;
  readonly clientCount: number;
  readonly generation: number;
  readonly revision: number;
  readonly lastTurn: ListedTurn | null;
  readonly activePromptId: PromptId | null;
  readonly usage: Readonly<Record<string, unknown>> | null;
  readonly preview: MessagePreview | null;
  /** Id of the last event as of the last change of the row. */
  readonly lastSeq: number;
}

export interface ListedTurn {
  readonly promptId: PromptId;
  readonly state: TurnState;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** What the index keeps of a session: everything a list shows, and what the session is woken from. */
export interface SessionRow extends ListedSession {
  /** `open`: may be prompted (live or stranded); `closed`: only load or resume bring it back. */
  readonly lifecycle: 'open' | 'closed';
  /** A turn, a queue or a permission request is open: recovery at start must look at it. */
  readonly isUnfinished: boolean;
  /** Whether create with single scope attaches to it (the default target of its cwd and agent). */
  readonly isDefaultTarget: boolean;
  /** The agent session it speaks through, or spoke through last. */
  readonly agentSessionId: AgentSessionId | null;
  readonly catalog: AgentCatalog;
  /** Durable session state as of event `lastSeq`, JSON, without the catalog; empty when it cannot be read. */
  readonly snapshot: string;
}

export type SessionSort = 'activity' | 'created' | 'title';

/** Filters of a list; all that are given must hold. */
export interface SessionFilter {
  readonly cwd?: string;
  readonly workspace?: string;
  readonly agent?: string;
  /** Absent: both. */
  readonly isArchived?: boolean;
  readonly lifecycle?: 'open' | 'closed';
  readonly state?: SessionState;
  readonly hasActivePrompt?: boolean;
  readonly parentSessionId?: SessionId;
  readonly label?: string;
  /** Epoch ms; later than that. */
  readonly createdAfter?: number;
  readonly activeAfter?: number;
  /** Part of the title, whatever its case. */
  readonly titlePart?: string;
}

export interface ListQuery extends SessionFilter {
  /** 1..200. */
  readonly limit: number;
  /** Opaque, from the page before of the same filters and order. */
  readonly cursor?: string;
  readonly sort?: SessionSort;
}

export interface SessionPage {
  readonly rows: readonly ListedSession[];
  /** Absent on the last page. A page may be short, even empty, and have one: rare matches are looked for bit by bit. */
  readonly nextCursor?: string;
  /** Sessions of that cwd, workspace, agent, lifecycle and archive, as writes keep count; other filters do not lower it. */
  readonly total: number;
  /** Number of the last change of the index. */
  readonly indexSeq: number;
}

/** The latest state of a session that changed; none once it was erased. */
export interface IndexChange {
  readonly indexSeq: number;
  readonly sessionId: SessionId;
  readonly row: ListedSession | undefined;
}

/** Which numbers of changes a reader may go on from. */
export interface IndexRange {
  /** Changes after this one can be told. */
  readonly earliestSeq: number;
  readonly lastSeq: number;
}

/** Reads the rows that commits write. Cost is that of the page; no transcript is read, and for lists no snapshot. */
export interface SessionIndex {
  find(sessionId: SessionId): Promise<SessionRow | undefined>;
  /** Newest activity or creation first, titles from a to z. @throws invalid_cursor */
  list(query: ListQuery): Promise<SessionPage>;
  /** What changed after a number, each session once, in the order of their last changes; empty when nothing did. */
  changes(after: number, limit: number): Promise<readonly IndexChange[]>;
  /** What `changes` can tell. Erased sessions are told of for seven days. */
  range(): IndexRange;
  /** Is told that there may be changes, after they are durable, until the returned call. */
  watch(onChanged: () => void): () => void;
  /** Sessions that recovery must finish at start. Cost grows with their number, not with history. */
  unfinished(): Promise<readonly SessionRow[]>;
  /** Sessions at rest whose rows claim an agent: those a stop or crash of the daemon left behind. */
  unattended(): Promise<readonly SessionRow[]>;
  /** Sessions that are in the journal and have no row here. Cost does not grow with history. */
  unindexed(): Promise<readonly SessionId[]>;
  /** Whether a session of the workspace is called so. */
  hasDisplayName(workspace: string, displayName: string): Promise<boolean>;
  /** The default attach target of (cwd, agent), if an open one exists. */
  defaultTarget(cwd: string, agent: string): Promise<SessionRow | undefined>;
  /** The session that speaks through that agent session, or spoke through it last; the oldest if several do. */
  findByAgentSession(agent: string, agentSessionId: AgentSessionId): Promise<SessionId | undefined>;
  findByAlias(alias: string): Promise<SessionId | undefined>;
  /** Sessions of that label, at most `limit`, the oldest first. */
  findByLabel(label: string, limit: number): Promise<readonly SessionId[]>;
  /** Sessions whose id begins so, at most `limit`, in the order of their ids. */
  findByIdPrefix(prefix: string, limit: number): Promise<readonly SessionId[]>;
  /** Sessions that name this one as their parent, the oldest first. */
  childrenOf(parentSessionId: SessionId): Promise<readonly ListedSession[]>;
}
