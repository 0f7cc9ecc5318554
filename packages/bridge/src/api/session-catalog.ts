import type { SessionDescription, SessionId, SessionRow } from '@holdfast/protocol';
import type { IndexSubscription, WatchSessionsRequest } from './index-subscription.ts';
import type { ListSessionsRequest, SessionList } from './list-request.ts';

export interface WorkspacePageRequest {
  readonly size?: number;
  readonly cursor?: string;
  /** Default false. */
  readonly isArchived?: boolean;
}

/** The sessions there are, from the index, without reading a transcript. */
export interface SessionCatalog {
  describeSession(sessionId: SessionId): Promise<SessionDescription>;
  /** The row of a live or stranded session. @throws session_not_found */
  getSessionStatus(sessionId: SessionId): Promise<SessionRow>;
  listSessions(request: ListSessionsRequest): Promise<SessionList>;
  /** Reads what changes in the list. @throws subscriber_limit_exceeded */
  watchSessions(request: WatchSessionsRequest): IndexSubscription;
  /** Sessions of exactly that cwd, or of the whole workspace for a root or a workspace id. @throws workspace_mismatch */
  listWorkspaceSessions(workspace: string, page: WorkspacePageRequest): Promise<SessionList>;
}
