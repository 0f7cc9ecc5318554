import type { SessionId } from '@holdfast/protocol';
import type { JournalEvent, ReadLimit } from '../../ports/journal.ts';
import { entryChecksum } from './checksum.ts';
import type { Database, Statement } from './database.ts';
import { eventKey, seqOfKey } from './event-key.ts';

type EventRow = [seq: number, type: string | null, json: string | null, crc: number, sizeBytes: number];

/** Which events to read: those after `after`, up to and with `upTo`. */
export interface EventSpan {
  readonly stream: number;
  readonly sessionId: SessionId;
  readonly after: number;
  readonly upTo: number;
}

export interface EventPage {
  readonly events: readonly JournalEvent[];
  readonly sizeBytes: number;
}

// Rows of one query, and the size up to which they come with it: so a page of long lines reads little beyond its limit.
const rowsPerQuery = 250;
const inlineBytes = 16 * 1024;
/** By far the most rows are of this type: it comes as null, which spares a string a row (an eighth of the read). */
const usualType = 'session_update';

/** Reads pages of events and puts a `journal_gap` where rows are damaged. */
export class EventReader {
  readonly #page: Statement<EventRow>;
  readonly #long: Statement<[json: string]>;
  readonly #sizesBack: Statement<[seq: number, sizeBytes: number]>;

  constructor(database: Database) {
    this.#page = database.prepare(
      `SELECT ${seqOfKey}, nullif(type, '${usualType}'), CASE WHEN octet_length(json) <= ${inlineBytes} THEN json END, crc, octet_length(json)
         FROM events WHERE k > ? AND k <= ? ORDER BY k LIMIT ?`,
    );
    this.#long = database.prepare('SELECT json FROM events WHERE k = ?');
    this.#sizesBack = database.prepare(
      `SELECT ${seqOfKey}, octet_length(json) FROM events WHERE k > ? AND k < ? ORDER BY k DESC LIMIT ?`,
    );
  }

  /** The last events of the span, in order, within `limit`; at least one when there is one. */
  readBack(span: EventSpan, limit: ReadLimit): EventPage {
    const first = this.#firstOfLast(span, limit);
    if (first === undefined) return { events: [], sizeBytes: 0 };
    return this.read({ ...span, after: first - 1 }, { ...limit, maxBytes: Number.MAX_SAFE_INTEGER });
  }

  /** Where the last events begin that fit into `limit`. Their text is not read for it. */
  #firstOfLast({ stream, after, upTo }: EventSpan, limit: ReadLimit): number | undefined {
    let first: number | undefined;
    let before = upTo + 1;
    let left = limit.maxEvents;
    let sizeBytes = 0;
    while (left > 0) {
      const asked = Math.min(rowsPerQuery, left);
      const rows = this.#sizesBack.rows(eventKey(stream, after), eventKey(stream, before), asked);
      for (const [seq, bytes] of rows) {
        sizeBytes += bytes;
        if (first !== undefined && sizeBytes > limit.maxBytes) return first;
        first = seq;
      }
      if (rows.length < asked) break;
      before = first ?? 0;
      left -= asked;
    }
    return first;
  }

  /** Events of the span in order, within `limit`; at least one when there is one. */
  read(span: EventSpan, limit: ReadLimit): EventPage {
    const events: JournalEvent[] = [];
    const end = eventKey(span.stream, span.upTo);
    let { after } = span;
    let sizeBytes = 0;
    let gapFrom = 0;
    while (events.length < limit.maxEvents) {
      const asked = Math.min(
        rowsPerQuery,
        limit.maxEvents - events.length,
        rowsWithin(limit, events, sizeBytes),
      );
      const rows = this.#page.rows(eventKey(span.stream, after), end, asked);
      for (const [seq, unusualType, inline, crc, bytes] of rows) {
        if (events.length > 0 && sizeBytes + bytes > limit.maxBytes) return { events, sizeBytes };
        const type = unusualType ?? usualType;
        const json = inline ?? this.#long.row(eventKey(span.stream, seq))?.[0] ?? '';
        after = seq;
        sizeBytes += bytes;
        if (entryChecksum(json, type, seq) === crc) {
          gapFrom = 0;
          events.push({ kind: 'event', seq, type, json });
        } else {
          if (gapFrom > 0) events.pop();
          else gapFrom = seq;
          events.push(journalGap(span.sessionId, gapFrom, seq));
        }
      }
      if (rows.length < asked) break;
    }
    return { events, sizeBytes };
  }
}

/** How many more rows fit into a page, if they are like those it has: what is read beyond its limit is read twice. */
function rowsWithin({ maxBytes }: ReadLimit, events: readonly JournalEvent[], sizeBytes: number): number {
  if (sizeBytes === 0) return rowsPerQuery;
  return Math.max(1, Math.ceil(((maxBytes - sizeBytes) * events.length) / sizeBytes));
}

/** What a reader sees in place of rows that cannot be trusted. */
function journalGap(sessionId: SessionId, fromId: number, toId: number): JournalEvent {
  const type = 'journal_gap';
  // When they were written is lost with them: 0, so that every reader gets the same bytes.
  const envelope = { id: toId, v: 1, type, data: { sessionId, fromId, toId }, _meta: { serverTimestamp: 0 } };
  return { kind: 'event', seq: toId, type, json: JSON.stringify(envelope) };
}
