import type {
  AbortBody,
  AbortedTurns,
  PendingPromptList,
  PermissionRequestId,
  PromptBody,
  PromptId,
  PromptOutcome,
  SessionId,
  SteerBody,
  VotePermissionBody,
} from '@holdfast/protocol';
import type { Admission, Caller } from './caller.ts';

/** Prompts, and what is decided about them while they wait and run. */
export interface SessionTurns {
  /** Commits the prompt to the session's queue. @throws session_not_found, prompt_queue_full, agent_unavailable, … */
  promptSession(sessionId: SessionId, body: PromptBody, caller: Caller): Promise<Admission>;
  /**
   * Commits a prompt that interrupts: the running turn is cancelled, the prompt starts before those that wait. A key
   * that was used before cancels nothing. @throws as `promptSession`
   */
  steerTurn(sessionId: SessionId, body: SteerBody, caller: Caller): Promise<Admission>;
  /**
   * Ends a prompt as cancelled, whoever sent it, also while its agent is still starting; waits up to `waitMs` for its
   * terminal. @throws session_not_found, prompt_not_found, prompt_mismatch for one of another session
   */
  abortTurn(sessionId: SessionId, body: AbortBody, caller: Caller): Promise<AbortedTurns>;
  /** What became of one prompt, also of a closed session. @throws session_not_found, prompt_not_found */
  getPrompt(sessionId: SessionId, promptId: PromptId): Promise<PromptOutcome>;
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
