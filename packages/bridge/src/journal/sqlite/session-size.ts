import type { Database } from './database.ts';
import { eventKey } from './event-key.ts';
import type { Tail } from './tails.ts';

/** Rows summed at once: some 5 ms. */
const rowsPerStep = 20_000;

/** The pieces in which a session's bytes are counted: each gives its sum. Lengths are read, texts are not. */
export function sizeSteps(
  database: Database,
  { stream, lastSeq, lastFact }: Pick<Tail, 'stream' | 'lastSeq' | 'lastFact'>,
): Iterable<() => number> {
  return [
    ...stepsOf(database, 'events', { stream, last: lastSeq }),
    ...stepsOf(database, 'facts', { stream, last: lastFact }),
  ];
}

interface Rows {
  readonly stream: number;
  readonly last: number;
}

function stepsOf(database: Database, table: 'events' | 'facts', { stream, last }: Rows): (() => number)[] {
  const sum = database.prepare<[number | null]>(
    `SELECT sum(octet_length(json)) FROM ${table} WHERE k > ? AND k <= ?`,
  );
  const steps: (() => number)[] = [];
  for (let after = 0; after < last; after += rowsPerStep) {
    const bounds = [eventKey(stream, after), eventKey(stream, Math.min(after + rowsPerStep, last))];
    steps.push(() => sum.row(...bounds)?.[0] ?? 0);
  }
  return steps;
}
