import { DaemonError } from '@holdfast/protocol';

/** The revisions a change may be made upon; `any` asks only that there is one. Source: RFC 9110 §13.1.1. */
export type IfMatch = 'any' | readonly number[];

/** @throws revision_mismatch when the revision is none of those; null is none at all */
export function requireRevision(
  revision: number | null,
  ifMatch: IfMatch | undefined,
  about: Readonly<Record<string, unknown>>,
): void {
  if (ifMatch === undefined) return;
  if (revision !== null && (ifMatch === 'any' || ifMatch.includes(revision))) return;
  const asked =
    ifMatch === 'any' ? 'there was to be one' : `it was to be ${ifMatch.join(' or ') || 'another'}`;
  throw new DaemonError(
    'revision_mismatch',
    `the revision is ${revision ?? 'none'}, ${asked}; read it again and repeat the change upon it`,
    { ...about, revision, ifMatch },
  );
}
