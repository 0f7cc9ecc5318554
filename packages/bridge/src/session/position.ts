import type { Commit } from '../ports/journal.ts';
import type { SessionState } from './state.ts';

/** When and where an entry was recorded. */
export interface Moment {
  /** Epoch ms. */
  readonly at: number;
  /** The event's id; of a fact, that of the last event before it. */
  readonly seq: number;
}

/** A state and where its journal stands. */
export interface SessionPosition {
  readonly state: SessionState | null;
  readonly lastSeq: number;
  readonly nextSeq: number;
}

/** What else goes into the same write, made from the state after the decision. */
export type AlongWith = () => Pick<Commit, 'appends' | 'rows' | 'keys'>;

export const nothingElse: AlongWith = () => ({});
