import type { CheckpointReason } from '@holdfast/protocol';
import { currentGeneration, type Generation } from './generations.ts';

/** A pointer into the journal: the conversation of a generation up to the end of a turn. */
export interface Checkpoint {
  readonly checkpointId: string;
  readonly generation: number;
  /** Id of the event that ended the turn; that of the last one before the generation where none had ended in it. */
  readonly eventId: number;
  readonly name: string | null;
  readonly reason: CheckpointReason;
  /** Epoch ms. */
  readonly createdAt: number;
}

/** Checkpoints of one session; over it the oldest automatic one goes first, then the oldest of all. */
export const maxCheckpoints = 32;

interface Marked {
  readonly generations: readonly Generation[];
  readonly lastTurnEndId: number;
}

/** Where a checkpoint of the conversation as it stands points: the end of its last finished turn. */
export const checkpointEventId = (state: Marked): number =>
  Math.max(state.lastTurnEndId, currentGeneration(state).afterEventId);

/** Adds a checkpoint, or moves the one of that id. */
export function withCheckpoint(
  checkpoints: readonly Checkpoint[],
  checkpoint: Checkpoint,
): readonly Checkpoint[] {
  const { checkpointId } = checkpoint;
  const others = checkpoints.filter((other) => other.checkpointId !== checkpointId);
  if (others.length < maxCheckpoints) return [...others, checkpoint];
  const automatic = others.findIndex(({ reason }) => reason !== 'user');
  return [...others.toSpliced(Math.max(automatic, 0), 1), checkpoint];
}
