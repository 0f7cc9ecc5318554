import type { Checkpoint, CreateCheckpointBody, SessionId } from '@holdfast/protocol';
import type { Answered, Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import type { Checkpoint as Kept } from '../session/checkpoints.ts';
import { findCheckpoint } from '../session/decide-context.ts';
import { checkpointIdFrom } from './begin-anew.ts';
import { touch } from './prompt-session.ts';

/** Marks the end of a session's last finished turn. @throws session_not_found */
export async function createCheckpoint(
  core: Core,
  sessionId: SessionId,
  { name = null }: { readonly name?: CreateCheckpointBody['name'] | null },
  caller: Caller,
): Promise<Answered<Checkpoint>> {
  const session = await core.registry.wake(sessionId);
  touch(core, session, caller);
  const { result, isReplayed } = await core.requests.once<Checkpoint>(
    caller,
    { operation: 'createCheckpoint', sessionId, whileRunning: 'refuse' },
    async (keep) => {
      const checkpointId = checkpointIdFrom(core.ids.uuid());
      const { clientId } = caller;
      const made: Checkpoint[] = [];
      await session.execute({ kind: 'checkpoint', checkpointId, name, clientId }, () => {
        const checkpoint = shown(sessionId, findCheckpoint(session.state, checkpointId));
        made.push(checkpoint);
        return { keys: keep(checkpoint, sessionId) };
      });
      return made[0] ?? shown(sessionId, findCheckpoint(session.state, checkpointId));
    },
    (stored: Checkpoint) => stored,
  );
  return { answer: result, isReplayed };
}

/** A checkpoint as the wire has it. */
export const shown = (sessionId: SessionId, { name, ...kept }: Kept): Checkpoint => ({
  sessionId,
  ...kept,
  name: name ?? undefined,
});
