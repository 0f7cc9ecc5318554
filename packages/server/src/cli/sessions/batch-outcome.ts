import { counted } from '../counted.ts';

/** A session that was left as it is, and why. */
export interface BatchError {
  readonly sessionId: string;
  readonly error: string;
  readonly code?: string;
}

/** What became of several sessions, in a list for each outcome, as the daemon answers. */
export interface BatchOutcome {
  readonly notFound: readonly string[];
  readonly errors: readonly BatchError[];
}

/** Sessions the daemon takes at once. */
const maxAtOnce = 100;

/** Has a long list done in parts; what was refused stays beside what was done. */
export async function inParts<Outcome extends BatchOutcome>(
  sessionIds: readonly string[],
  work: (part: readonly string[]) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let from = 0; from < sessionIds.length; from += maxAtOnce)
    outcomes.push(await work(sessionIds.slice(from, from + maxAtOnce)));
  return outcomes;
}

/** Whether every session came to what was wanted. */
export const isWhole = ({ notFound, errors }: BatchOutcome) => notFound.length === 0 && errors.length === 0;

/** The outcome as a person reads it: a line for each kind, one for each that was left. */
export function batchText(
  done: readonly (readonly [string, readonly string[]])[],
  { notFound, errors }: BatchOutcome,
): string {
  const lines = done.flatMap(([what, sessionIds]) =>
    sessionIds.length === 0
      ? []
      : [`${counted(sessionIds.length, 'session')} ${what}`, ...sessionIds.map((id) => `  ${id}`)],
  );
  return [
    ...lines,
    ...notFound.map((sessionId) => `not found: ${sessionId}`),
    ...errors.map(({ sessionId, error }) => (error.includes(sessionId) ? error : `${sessionId}: ${error}`)),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
