import {
  type BranchCheckpointBody,
  type BranchedSession,
  type SessionId,
  sessionIdFrom,
} from '@holdfast/protocol';
import type { Caller, Delivery } from '../api/caller.ts';
import type { Core } from '../core.ts';
import { abandonCreated } from './abandon-session.ts';
import { readBranchHistory } from './branch-history.ts';
import { nameClient } from './name-client.ts';
import { touch } from './prompt-session.ts';
import { type MadeBranch, recordBranch } from './record-branch.ts';
import { retainedCheckpoint } from './retained-checkpoint.ts';

/**
 * Makes a session of its own out of the history up to a checkpoint. No agent takes part: the branch gets one with its
 * first prompt, which is preceded by that history.
 * @throws session_not_found, checkpoint_not_found
 */
export async function branchCheckpoint(
  core: Core,
  { sessionId, checkpointId }: { readonly sessionId: SessionId; readonly checkpointId: string },
  { name }: BranchCheckpointBody,
  caller: Caller,
): Promise<Delivery<BranchedSession>> {
  const source = await core.registry.wake(sessionId);
  touch(core, source, caller);
  const clientId = nameClient(core, source, caller.clientId);
  const { result, isReplayed } = await core.requests.once<MadeBranch>(
    caller,
    { operation: `branchCheckpoint ${checkpointId}`, sessionId, whileRunning: 'join' },
    async (keep) => {
      const { generation, eventId } = await retainedCheckpoint(core, source, checkpointId);
      await source.written();
      const target = { kind: 'checkpoint', generation, eventId } as const;
      const history = await readBranchHistory(core, source, target);
      const branch = core.registry.prepare(sessionIdFrom(core.ids.uuid()));
      const parts = { name, titleWord: 'checkpoint', clientId, history, seated: null, keep } as const;
      return await recordBranch(core, source, branch, parts);
    },
    (answer: BranchedSession) => ({ answer, branch: undefined, lastTurn: null }),
  );
  const { answer, branch, lastTurn } = result;
  return {
    answer,
    isReplayed,
    abandon: async () => {
      if (branch === undefined || caller.idempotency !== undefined) return;
      await abandonCreated(core, branch, { clientId, attached: false, lastTurn });
    },
  };
}
