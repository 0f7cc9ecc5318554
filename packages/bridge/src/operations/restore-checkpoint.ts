import type { NewGeneration, RestoreCheckpointBody, SessionId } from '@holdfast/protocol';
import type { Answered, Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import { beginAnew, checkpointIdFrom } from './begin-anew.ts';
import { touch } from './prompt-session.ts';
import { retainedCheckpoint } from './retained-checkpoint.ts';

/**
 * Begins a session's conversation anew with the history up to a checkpoint.
 * @throws session_not_found, checkpoint_not_found, session_changed
 */
export async function restoreCheckpoint(
  core: Core,
  target: { readonly sessionId: SessionId; readonly checkpointId: string },
  { expectedGeneration }: RestoreCheckpointBody,
  caller: Caller,
): Promise<Answered<NewGeneration>> {
  const { sessionId, checkpointId: restored } = target;
  const session = await core.registry.wake(sessionId);
  touch(core, session, caller);
  const { result, isReplayed } = await core.requests.once<NewGeneration>(
    caller,
    { operation: `restoreCheckpoint ${restored}`, sessionId, whileRunning: 'refuse' },
    async (keep) => {
      await retainedCheckpoint(core, session, restored);
      const checkpointId = checkpointIdFrom(core.ids.uuid());
      const { clientId } = caller;
      const named = { restored, checkpointId, expectedGeneration, clientId };
      return await beginAnew(core, session, { kind: 'restore_checkpoint', ...named }, keep);
    },
    (stored: NewGeneration) => stored,
  );
  return { answer: result, isReplayed };
}
