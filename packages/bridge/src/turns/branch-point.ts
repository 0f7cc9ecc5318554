import { isTurnTerminal } from '@holdfast/protocol';

interface Seen {
  readonly seq: number;
  readonly type: string;
  readonly promptId?: string;
}

/** Where a branch is cut: after event `seq`, the end of a finished turn; 0 is before the first turn. */
export interface BranchPoint {
  readonly seq: number;
  /** Finished turns up to it. */
  readonly turns: number;
}

export type BranchTarget =
  | { readonly kind: 'head' }
  | { readonly kind: 'event'; readonly eventId: number }
  | { readonly kind: 'prompt'; readonly promptId: string };

export const noTurn: BranchPoint = Object.freeze({ seq: 0, turns: 0 });

/**
 * Folds one event into the point: the last turn's end at or before the target. Returns the same object where the event
 * is past the target or ends no turn.
 */
export function foldBranchPoint(point: BranchPoint, target: BranchTarget, event: Seen): BranchPoint {
  if (!isTurnTerminal(event.type)) return point;
  if (target.kind === 'event' && event.seq > target.eventId) return point;
  return { seq: event.seq, turns: point.turns + 1 };
}

/** Whether the target prompt's end was reached: nothing after it belongs to the branch. */
export const isReached = (target: BranchTarget, event: Seen): boolean =>
  target.kind === 'prompt' && isTurnTerminal(event.type) && event.promptId === target.promptId;
