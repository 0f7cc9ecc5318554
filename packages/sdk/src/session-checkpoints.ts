import type {
  BranchCheckpointBody,
  BranchedSession,
  Checkpoint,
  CreateCheckpointBody,
  NewGeneration,
  RestoreCheckpointBody,
} from '@holdfast/protocol/view';
import type { CallOptions, SubmitOptions } from './call-options.ts';
import type { SessionLink } from './session-link.ts';
import * as routes from './transport/routes.gen.ts';

/** The checkpoints of one session: pointers to the end of a turn, to branch from or to go back to. */
export class SessionCheckpoints<Branch> {
  readonly #link: SessionLink;
  readonly #open: (created: BranchedSession) => Branch;

  constructor(link: SessionLink, open: (created: BranchedSession) => Branch) {
    this.#link = link;
    this.#open = open;
  }

  /** Marks the end of the last finished turn. @throws HoldfastError */
  create({
    signal,
    idempotencyKey,
    ...body
  }: SubmitOptions & CreateCheckpointBody = {}): Promise<Checkpoint> {
    return this.#link.call(routes.createCheckpoint, { signal, idempotencyKey, body });
  }

  /** Those that are kept, oldest first; automatic ones among them. @throws HoldfastError */
  async list({ signal }: CallOptions = {}): Promise<readonly Checkpoint[]> {
    return (await this.#link.call(routes.listCheckpoints, { signal })).checkpoints;
  }

  /** @throws HoldfastError checkpoint_not_found */
  get(checkpointId: string, { signal }: CallOptions = {}): Promise<Checkpoint> {
    return this.#link.call(routes.getCheckpoint, { signal, params: { checkpointId } });
  }

  /** Makes a session of its own out of the history up to a checkpoint; its first prompt gets it an agent. @throws HoldfastError */
  async branch(
    checkpointId: string,
    { signal, idempotencyKey, ...body }: SubmitOptions & BranchCheckpointBody = {},
  ): Promise<Branch> {
    const input = { signal, idempotencyKey, params: { checkpointId }, body };
    return this.#open(await this.#link.call(routes.branchCheckpoint, input));
  }

  /**
   * Begins the conversation anew with the history up to a checkpoint: the running turn ends, the generation so far
   * stays readable, and the checkpoint that is made of it leads back. @throws HoldfastError session_changed
   */
  restore(
    checkpointId: string,
    { signal, idempotencyKey, ...body }: SubmitOptions & RestoreCheckpointBody = {},
  ): Promise<NewGeneration> {
    const input = { signal, idempotencyKey, params: { checkpointId }, body };
    return this.#link.call(routes.restoreCheckpoint, input);
  }
}
