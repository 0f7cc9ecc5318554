import { DaemonError } from '@holdfast/protocol';
import type { Append, JournalRange } from '../ports/journal.ts';

/** Where a session's ids stand: the last one given, and the next one to give. */
export type Position = Pick<JournalRange, 'lastSeq' | 'nextSeq'>;

/** A session nothing was written of. */
export const emptyRange: JournalRange = Object.freeze({ earliestSeq: 1, lastSeq: 0, nextSeq: 1 });

/**
 * Where the ids stand after `append`.
 * @throws journal_conflict if it does not start at the tail, or its events do not take the next ids one by one.
 */
export function admitAppend(append: Append, position: Position): Position {
  const { sessionId, expectedSeq } = append;
  if (expectedSeq !== position.lastSeq) {
    throw new DaemonError(
      'journal_conflict',
      `append to ${sessionId} expected event ${expectedSeq} to be the last; it is ${position.lastSeq}`,
      { sessionId, expectedSeq, lastSeq: position.lastSeq },
    );
  }
  let nextSeq = position.nextSeq;
  for (const entry of append.entries) {
    if (entry.kind === 'fact') continue;
    if (entry.seq !== nextSeq) {
      throw new DaemonError(
        'journal_conflict',
        `append to ${sessionId} gives id ${entry.seq} to an event; the next id is ${nextSeq}`,
        { sessionId, expectedSeq, nextSeq },
      );
    }
    nextSeq += 1;
  }
  return nextSeq === position.nextSeq ? position : { lastSeq: nextSeq - 1, nextSeq };
}

/**
 * Checks every append of one commit before anything of it is written.
 * @throws journal_conflict
 */
export function admitAppends(appends: readonly Append[], positionOf: (append: Append) => Position): void {
  const [only] = appends;
  if (only === undefined) return;
  if (appends.length === 1) {
    admitAppend(only, positionOf(only));
    return;
  }
  const positions = new Map<string, Position>();
  for (const append of appends) {
    const position = positions.get(append.sessionId) ?? positionOf(append);
    positions.set(append.sessionId, admitAppend(append, position));
  }
}
