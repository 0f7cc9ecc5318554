import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { DaemonError } from '@holdfast/protocol';
import type { ListQuery } from '../ports/session-index.ts';

/** A place in a listing: just after the row with this sort key; `row` breaks ties (its number of creation). */
export interface ListPosition {
  readonly at: number | string;
  readonly row: number;
}

/** Writes a place as clients carry it: opaque, bound to its listing, and checked so that a damaged one is noticed. */
export function encodeListCursor({ at, row }: ListPosition, query: ListQuery): string {
  const text = JSON.stringify([at, row]);
  return Buffer.from(`${crc32(listingOf(query) + text).toString(36)}.${text}`).toString('base64url');
}

/**
 * Reads a place that was given for the same filters and order.
 * @throws invalid_cursor
 */
export function decodeListCursor(cursor: string, query: ListQuery): ListPosition {
  const position = placeIn(Buffer.from(cursor, 'base64url').toString());
  // Written again it must be the same: that covers the checksum, the listing and every spare bit of base64.
  if (position === undefined || encodeListCursor(position, query) !== cursor) {
    throw new DaemonError(
      'invalid_cursor',
      'cursor is not one of this listing; use it with the same filters and sort, or start without one',
      { cursor },
    );
  }
  return position;
}

/** Whether a place comes before another one, from the smallest key on; texts in the order of their bytes. */
export function precedes(one: ListPosition, other: ListPosition): boolean {
  const order =
    typeof one.at === 'string'
      ? Buffer.compare(Buffer.from(one.at), Buffer.from(String(other.at)))
      : one.at - Number(other.at);
  return order < 0 || (order === 0 && one.row < other.row);
}

/** All that makes one listing another: everything but how much of it a page has. */
function listingOf({ limit: _limit, cursor: _cursor, sort = 'activity', ...filters }: ListQuery): string {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  return JSON.stringify([sort, ...given.sort(([one], [other]) => (one < other ? -1 : 1))]);
}

function placeIn(text: string): ListPosition | undefined {
  try {
    const [at, row]: readonly unknown[] = JSON.parse(text.slice(text.indexOf('.') + 1));
    const isKey = typeof at === 'string' || Number.isSafeInteger(at);
    // Checked in the line before.
    return isKey && Number.isSafeInteger(row) ? { at: at as number | string, row: row as number } : undefined;
  } catch {
    return undefined;
  }
}
