import { isTurnTerminal } from '@holdfast/protocol';

/** Where a branch is cut: after event `seq`, the end of a finished turn; 0 is before the first turn. */
export interface BranchPoint {
  readonly seq: number;
  /** Finished turns up to it. */
  readonly turns: number;
}

export type BranchTarget =
  | { readonly kind: 'head' }
  | { readonly kind: 'event'; readonly eventId: number }
  | { readonly kind: 'prompt'; readonly promptId: string }
  | { readonly kind: 'checkpoint'; readonly generation: number; readonly eventId: number };

export const noTurn: BranchPoint = Object.freeze({ seq: 0, turns: 0 });

/** Folds one event into the point: the end of the last turn. Returns the same object where the event ends no turn. */
export const foldBranchPoint = (
  point: BranchPoint,
  event: { readonly seq: number; readonly type: string },
): BranchPoint => (isTurnTerminal(event.type) ? { seq: event.seq, turns: point.turns + 1 } : point);
