import type { PromptId, SessionId } from '@holdfast/protocol';

/** An accepted prompt, as it is found by its id alone. What was said is in the journal. */
export interface PromptRecord {
  readonly promptId: PromptId;
  readonly sessionId: SessionId;
  /** That of the session when it was accepted, and once it ended, when it ended. */
  readonly generation: number;
  readonly queuedAt: number;
  /** Null while it waits or runs. */
  readonly end: PromptEnd | null;
}

export interface PromptEnd {
  readonly state: 'completed' | 'cancelled' | 'failed';
  /** Null for one that never ran. */
  readonly startedAt: number | null;
  readonly endedAt: number;
  /** Id of its terminal. */
  readonly seq: number;
}
