import type {
  BranchCheckpointBody,
  BranchedSession,
  Checkpoint,
  CheckpointList,
  CompactionAccepted,
  CompactSessionBody,
  CreateCheckpointBody,
  GenerationList,
  NewGeneration,
  ResetSessionBody,
  RestoreCheckpointBody,
  SessionId,
  Trimmed,
  TrimSessionBody,
} from '@holdfast/protocol';
import type { Admission, Answered, Caller, Delivery } from './caller.ts';

/** Names one checkpoint of a session. */
export interface CheckpointTarget {
  readonly sessionId: SessionId;
  readonly checkpointId: string;
}

/** What the agent is to remember, and the ways back. Every answer says what became of the agent's memory. */
export interface SessionContextOperations {
  /** Begins the conversation anew with nothing, of a closed session too. @throws session_changed */
  resetSession(
    sessionId: SessionId,
    body: ResetSessionBody,
    caller: Caller,
  ): Promise<Answered<NewGeneration>>;
  /** Admits a turn that compacts the agent's context. @throws capability_missing, prompt_queue_full, agent_unavailable */
  compactSession(
    sessionId: SessionId,
    body: CompactSessionBody,
    caller: Caller,
  ): Promise<Admission<CompactionAccepted>>;
  /** Cuts the oldest whole turns off the conversation; the journal keeps them unless `archive` is false. @throws invalid_request, session_changed */
  trimSession(sessionId: SessionId, body: TrimSessionBody, caller: Caller): Promise<Trimmed>;
  /** What became of the conversation over the session's life, oldest first. */
  listGenerations(sessionId: SessionId): Promise<GenerationList>;
  listCheckpoints(sessionId: SessionId): Promise<CheckpointList>;
  /** @throws checkpoint_not_found */
  getCheckpoint(target: CheckpointTarget): Promise<Checkpoint>;
  /** Marks the end of the last finished turn. */
  createCheckpoint(
    sessionId: SessionId,
    body: CreateCheckpointBody,
    caller: Caller,
  ): Promise<Answered<Checkpoint>>;
  /** Makes a session out of the history up to a checkpoint, without an agent for now. @throws checkpoint_not_found */
  branchCheckpoint(
    target: CheckpointTarget,
    body: BranchCheckpointBody,
    caller: Caller,
  ): Promise<Delivery<BranchedSession>>;
  /** Begins the conversation anew with the history up to a checkpoint. @throws checkpoint_not_found, session_changed */
  restoreCheckpoint(
    target: CheckpointTarget,
    body: RestoreCheckpointBody,
    caller: Caller,
  ): Promise<Answered<NewGeneration>>;
}
