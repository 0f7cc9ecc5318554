import type {
  PendingPromptList,
  PermissionRequestId,
  PromptBody,
  PromptId,
  SessionId,
  VotePermissionBody,
} from '@holdfast/protocol';
import type { Admission, Caller } from './caller.ts';

/** Prompts, and what is decided about them while they wait and run. */
export interface SessionTurns {
  /** Commits the prompt to the session's queue. @throws session_not_found, prompt_queue_full, agent_unavailable, … */
  promptSession(sessionId: SessionId, body: PromptBody, caller: Caller): Promise<Admission>;
  /** Cancels the running turn; queued prompts stay. A session without one is left alone. */
  cancelTurn(sessionId: SessionId, caller: Caller): Promise<void>;
  /** Without a session the request is looked up by its own id. @throws permission_not_found, invalid_option_id */
  votePermission(
    target: { readonly sessionId?: SessionId; readonly requestId: PermissionRequestId },
    body: VotePermissionBody,
    caller: Caller,
  ): Promise<{ readonly isReplayed: boolean }>;
  listPendingPrompts(sessionId: SessionId): Promise<PendingPromptList>;
  /** Takes a waiting prompt out of the queue; the running one is not touched. */
  removePendingPrompt(
    sessionId: SessionId,
    promptId: PromptId,
    caller: Caller,
  ): Promise<{ readonly removed: boolean }>;
}
