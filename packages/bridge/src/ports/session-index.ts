import type { SessionId } from '@holdfast/protocol';

/** What the index keeps of a session: everything a list shows, and the snapshot a session is woken from. */
export interface SessionRow {
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
  /** `open`: may be prompted (live or stranded); `closed`: only load or resume bring it back. */
  readonly lifecycle: 'open' | 'closed';
  readonly isArchived: boolean;
  /** A turn, a queue or a permission request is open: recovery at start must look at it. */
  readonly isUnfinished: boolean;
  readonly hasActivePrompt: boolean;
  readonly isWaitingForPermission: boolean;
  readonly clientCount: number;
  readonly generation: number;
  readonly revision: number;
  /** Whether create with single scope attaches to it (the default target of its cwd and agent). */
  readonly isDefaultTarget: boolean;
  /** Durable session state as of event `snapshotSeq`, JSON; later events are folded on top. */
  readonly snapshot: string;
  readonly snapshotSeq: number;
}

export interface ListQuery {
  /** 1..200. */
  readonly limit: number;
  /** Opaque, from the page before. */
  readonly cursor?: string;
  readonly cwd?: string;
  readonly workspace?: string;
  readonly agent?: string;
  readonly lifecycle?: 'open' | 'closed';
  readonly isArchived?: boolean;
  readonly sort?: 'activity' | 'created';
}

export interface SessionPage {
  readonly rows: readonly SessionRow[];
  readonly nextCursor?: string;
  /** Rows the filters match, kept up to date by writes where the filter is only a workspace or nothing. */
  readonly total: number;
  /** Rises with every row write of the whole index. */
  readonly indexSeq: number;
}

/** Reads the rows that commits write. Cost is that of the page; no transcript is read. */
export interface SessionIndex {
  find(sessionId: SessionId): Promise<SessionRow | undefined>;
  /** Newest activity (or creation) first. @throws invalid_cursor */
  list(query: ListQuery): Promise<SessionPage>;
  /** Sessions that recovery must finish at start. Cost grows with their number, not with history. */
  unfinished(): Promise<readonly SessionRow[]>;
  /** Sessions that are in the journal and have no row here. Cost does not grow with history. */
  unindexed(): Promise<readonly SessionId[]>;
  /** Whether a session of the workspace is called so. */
  hasDisplayName(workspace: string, displayName: string): Promise<boolean>;
  /** The default attach target of (cwd, agent), if an open one exists. */
  defaultTarget(cwd: string, agent: string): Promise<SessionRow | undefined>;
}
