import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { DaemonError } from '@holdfast/protocol';

/** A place in a listing: just after the row with this sort key; `row` breaks ties (its number of creation). */
export interface ListPosition {
  readonly sort: 'activity' | 'created';
  readonly at: number;
  readonly row: number;
}

/** Writes a place as clients carry it: opaque, and checked so that a damaged one is noticed. */
export function encodeListCursor(position: ListPosition): string {
  const text = `${position.sort}.${position.at}.${position.row}`;
  return Buffer.from(`${text}.${crc32(text)}`).toString('base64url');
}

/**
 * Reads a place that was given for the same order of rows.
 * @throws invalid_cursor
 */
export function decodeListCursor(cursor: string, sort: ListPosition['sort']): ListPosition {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const match = /^(activity|created)\.(-?\d{1,16})\.(\d{1,16})\.\d{1,10}$/.exec(text);
  const position = match && { sort, at: Number(match[2]), row: Number(match[3]) };
  // Written again it must be the same: that covers the checksum, the order of rows and every spare bit of base64.
  if (position === null || encodeListCursor(position) !== cursor) {
    throw new DaemonError(
      'invalid_cursor',
      `cursor is not one of this listing (sorted by ${sort}); start without one`,
      {
        cursor,
      },
    );
  }
  return position;
}
