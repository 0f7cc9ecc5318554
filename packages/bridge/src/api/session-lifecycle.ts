import type {
  BranchedSession,
  BranchSessionBody,
  CloseSessionQuery,
  CreatedSession,
  CreateSessionBody,
  Heartbeat,
  RestoredSession,
  RestoreSessionBody,
  SessionId,
} from '@holdfast/protocol';
import type { Caller, Delivery } from './caller.ts';

/** How sessions come, are kept, and end. */
export interface SessionLifecycle {
  /** @throws agent_not_found, invalid_cwd, workspace_mismatch, agent_start_failed, init_timeout, … (protocol §3) */
  createSession(body: CreateSessionBody, caller: Caller): Promise<Delivery<CreatedSession>>;
  heartbeat(sessionId: SessionId, caller: Caller): Promise<Heartbeat>;
  /** Counts one registration of the caller less. Unknown sessions and clients are no error. */
  detach(sessionId: SessionId, caller: Caller): Promise<void>;
  /**
   * Ends the session for everybody; its history stays, leaves the lists (`archive`), or goes (`purge`). Resolves after the
   * commit, never waiting for the agent. @throws session_protected, session_has_children
   */
  closeSession(sessionId: SessionId, caller: Caller, query?: CloseSessionQuery): Promise<void>;
  /** Brings a session back; joins a restore of the same kind. @throws restore_in_progress, session_restore_timeout, … */
  loadSession(
    sessionId: SessionId,
    body: RestoreSessionBody,
    caller: Caller,
  ): Promise<Delivery<RestoredSession>>;
  /** As load, but the cursor it answers continues at the session's tail. */
  resumeSession(
    sessionId: SessionId,
    body: RestoreSessionBody,
    caller: Caller,
  ): Promise<Delivery<RestoredSession>>;
  /** Makes a session of its own out of the past of another one. @throws branch_point_invalid, … */
  branchSession(
    sessionId: SessionId,
    body: BranchSessionBody,
    caller: Caller,
  ): Promise<Delivery<BranchedSession>>;
}
