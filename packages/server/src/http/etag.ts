import type { IncomingHttpHeaders } from 'node:http';
import type { IfMatch } from '@holdfast/bridge';

/** The header that says which revision an answer shows. Source: RFC 9110 §8.8.3. */
export const etag = (revision: number) => ({ etag: `"${revision}"` });

/**
 * Reads `If-Match`; undefined where there is none. A tag that is none of ours, and a weak one, matches nothing.
 * Source: RFC 9110 §13.1.1.
 */
export function ifMatchOf({ 'if-match': header }: IncomingHttpHeaders): IfMatch | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  return header.split(',').flatMap((tag) => {
    const [, digits] = /^\s*"?(\d{1,15})"?\s*$/.exec(tag) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
}
