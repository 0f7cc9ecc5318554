import { DaemonError } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { Checkpoint } from '../session/checkpoints.ts';
import { findCheckpoint } from '../session/decide-context.ts';
import type { Session } from '../session/session.ts';

/** A checkpoint whose conversation can still be read. @throws checkpoint_not_found */
export async function retainedCheckpoint(
  { journal }: Core,
  { id: sessionId, state }: Session,
  checkpointId: string,
): Promise<Checkpoint> {
  const found = findCheckpoint(state, checkpointId);
  const { earliestSeq } = await journal.range(sessionId);
  if (found.eventId === 0 || found.eventId >= earliestSeq) return found;
  throw new DaemonError(
    'checkpoint_not_found',
    `the turns up to checkpoint "${checkpointId}" of session ${sessionId} are forgotten; choose a younger one, or retain more turns`,
    { sessionId, checkpointId },
  );
}
