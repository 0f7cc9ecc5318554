import type { SessionDescription, SessionId, SessionRow } from '@holdfast/protocol';

export interface ListSessionsRequest {
  readonly limit?: number;
  readonly cursor?: string;
  readonly cwd?: string;
  readonly agent?: string;
  readonly state?: 'open' | 'closed';
  readonly archived?: boolean;
  readonly sort?: 'activity' | 'created';
}

export interface SessionList {
  readonly sessions: readonly SessionRow[];
  readonly nextCursor?: string;
  readonly total: number;
  readonly indexSeq: number;
}

/** The sessions there are, from the index, without reading a transcript. */
export interface SessionCatalog {
  describeSession(sessionId: SessionId): Promise<SessionDescription>;
  /** The row of a live or stranded session. @throws session_not_found */
  getSessionStatus(sessionId: SessionId): Promise<SessionRow>;
  listSessions(request: ListSessionsRequest): Promise<SessionList>;
  /** Sessions of exactly that cwd, or of the whole workspace for a root or a workspace id. @throws workspace_mismatch */
  listWorkspaceSessions(workspace: string, page: { size?: number; cursor?: string }): Promise<SessionList>;
}
