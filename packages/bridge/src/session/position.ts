import type { Commit } from '../ports/journal.ts';
import type { SessionState } from './state.ts';

/** A state and where its journal stands. */
export interface SessionPosition {
  readonly state: SessionState | null;
  readonly lastSeq: number;
  readonly nextSeq: number;
}

/** What else goes into the same write, made from the state after the decision. */
export type AlongWith = () => Pick<Commit, 'appends' | 'rows' | 'keys'>;

export const nothingElse: AlongWith = () => ({});
