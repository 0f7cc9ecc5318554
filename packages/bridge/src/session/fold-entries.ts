import type { SessionEntry } from './entry.ts';
import { evolve } from './evolve.ts';
import type { SessionPosition } from './position.ts';

/** Where a session stands once entries are recorded, each event with the next id; `at` is epoch ms. */
export function foldEntries(
  position: SessionPosition,
  entries: readonly SessionEntry[],
  at: number,
): SessionPosition {
  let { state, lastSeq, nextSeq } = position;
  for (const entry of entries) {
    if (entry.kind === 'event') {
      lastSeq = nextSeq;
      nextSeq += 1;
    }
    state = evolve(state, entry, { at, seq: lastSeq });
  }
  return { state, lastSeq, nextSeq };
}
