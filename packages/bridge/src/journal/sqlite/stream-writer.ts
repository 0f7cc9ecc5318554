import { DaemonError, type SessionId } from '@holdfast/protocol';
import type { Append, Horizon, JournalEvent, JournalFact } from '../../ports/journal.ts';
import { emptyRange } from '../admit-append.ts';
import { entryChecksum } from './checksum.ts';
import type { Database, SqlValue, Statement } from './database.ts';
import { eventKey, seqSpan } from './event-key.ts';
import type { Tail, Tails } from './tails.ts';

/** Events of one statement: a fifth faster than one by one, and more gains nothing (measured). */
const eventsPerInsert = 8;
const columnsPerEvent = 4;
const insertEvents = (count: number) =>
  `INSERT INTO events (k, type, json, crc) VALUES ${Array(count).fill('(?, ?, ?, ?)').join(', ')}`;

/** Writes appends that were admitted, within the open transaction. */
export class StreamWriter {
  readonly #tails: Tails;
  readonly #powerLosses: number;
  readonly #statements: ReturnType<typeof prepareAll>;
  // Filled and emptied within one call; kept to spare an array per append.
  readonly #values: SqlValue[] = [];

  constructor(database: Database, tails: Tails, powerLosses: number) {
    this.#tails = tails;
    this.#powerLosses = powerLosses;
    this.#statements = prepareAll(database);
  }

  /** @throws journal_unavailable if the session has used up its ids. */
  append({ sessionId, entries }: Append): void {
    if (entries.length === 0) return;
    const before = this.#tails.find(sessionId) ?? this.#createStream(sessionId);
    let { lastSeq, lastFact } = before;
    // An append that failed half-way may have left some behind.
    this.#values.length = 0;
    for (const entry of entries) {
      if (entry.kind === 'event') {
        if (lastSeq === before.lastSeq) this.#recordSkip(before);
        lastSeq = entry.seq;
        this.#addEvent(before.stream, entry);
      } else {
        lastFact += 1;
        this.#insertFact({ stream: before.stream, number: lastFact, afterSeq: lastSeq }, entry);
      }
    }
    this.#flushEvents();
    if (lastSeq >= seqSpan || lastFact >= seqSpan) {
      throw new DaemonError('journal_unavailable', `session ${sessionId} has used up its ${seqSpan - 1} ids`);
    }
    const hasNewEvents = lastSeq !== before.lastSeq;
    this.#tails.stage(sessionId, {
      stream: before.stream,
      earliestSeq: before.lastSeq === 0 && hasNewEvents ? before.nextSeq : before.earliestSeq,
      lastSeq,
      nextSeq: hasNewEvents ? lastSeq + 1 : before.nextSeq,
      lastFact,
    });
  }

  /** Puts events out of reach; the sweeper deletes what need not stay. */
  forget({ sessionId, beforeSeq }: Horizon): void {
    const tail = this.#tails.find(sessionId);
    if (tail === undefined) return;
    const earliestSeq = Math.min(beforeSeq, tail.lastSeq);
    if (earliestSeq <= tail.earliestSeq) return;
    this.#statements.setHorizon.run(tail.stream, earliestSeq);
    this.#tails.stage(sessionId, { ...tail, earliestSeq });
  }

  /** Removes the session; its events and facts are out of reach at once and swept later. */
  erase(sessionId: SessionId): void {
    const tail = this.#tails.find(sessionId);
    if (tail === undefined) return;
    this.#statements.removeStream.run(tail.stream);
    this.#statements.removeSkips.run(tail.stream);
    this.#statements.removeHorizon.run(tail.stream);
    this.#statements.leaveForSweeper.run(tail.stream);
    this.#tails.stage(sessionId, undefined);
  }

  #createStream(sessionId: SessionId): Tail {
    const row = this.#statements.createStream.row(sessionId, this.#powerLosses);
    if (row === undefined) throw new DaemonError('internal', 'a new stream was given no number');
    return { ...emptyRange, stream: row[0], lastFact: 0 };
  }

  /** Keeps which ids are left out before the first event since a power loss. */
  #recordSkip({ stream, lastSeq, nextSeq }: Tail): void {
    if (nextSeq === lastSeq + 1) return;
    this.#statements.recordSkip.run(stream, lastSeq + 1, nextSeq - 1);
    this.#statements.settleLosses.run(this.#powerLosses, stream);
  }

  #addEvent(stream: number, { seq, type, json }: JournalEvent): void {
    const values = this.#values;
    values.push(eventKey(stream, seq), type, json, entryChecksum(json, type, seq));
    if (values.length < eventsPerInsert * columnsPerEvent) return;
    this.#statements.insertEvents.run(...values);
    values.length = 0;
  }

  #flushEvents(): void {
    const rest = this.#values.splice(0);
    for (let start = 0; start < rest.length; start += columnsPerEvent) {
      this.#statements.insertEvent.run(...rest.slice(start, start + columnsPerEvent));
    }
  }

  #insertFact(
    place: { readonly stream: number; readonly number: number; readonly afterSeq: number },
    { type, json }: JournalFact,
  ): void {
    const key = eventKey(place.stream, place.number);
    this.#statements.insertFact.run(key, place.afterSeq, type, json, entryChecksum(json, type, place.number));
  }
}

function prepareAll(database: Database) {
  const createStream: Statement<[stream: number]> = database.prepare(
    'INSERT INTO streams (session_id, power_losses) VALUES (?, ?) RETURNING stream',
  );
  return {
    createStream,
    insertEvent: database.prepare(insertEvents(1)),
    insertEvents: database.prepare(insertEvents(eventsPerInsert)),
    insertFact: database.prepare('INSERT INTO facts (k, after_seq, type, json, crc) VALUES (?, ?, ?, ?, ?)'),
    recordSkip: database.prepare('INSERT INTO skips (stream, from_seq, to_seq) VALUES (?, ?, ?)'),
    settleLosses: database.prepare('UPDATE streams SET power_losses = ? WHERE stream = ?'),
    removeStream: database.prepare('DELETE FROM streams WHERE stream = ?'),
    removeSkips: database.prepare('DELETE FROM skips WHERE stream = ?'),
    setHorizon: database.prepare(
      `INSERT INTO horizons (stream, before_seq) VALUES (?, ?)
         ON CONFLICT (stream) DO UPDATE SET before_seq = excluded.before_seq`,
    ),
    removeHorizon: database.prepare('DELETE FROM horizons WHERE stream = ?'),
    leaveForSweeper: database.prepare('INSERT INTO erased (stream) VALUES (?)'),
  };
}
