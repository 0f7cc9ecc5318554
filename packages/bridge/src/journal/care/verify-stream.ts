import { entryChecksum } from '../sqlite/checksum.ts';
import type { Database, Statement } from '../sqlite/database.ts';
import { eventKey, seqOfKey, seqSpan } from '../sqlite/event-key.ts';
import type { Findings } from './finding.ts';
import type { StreamPlace } from './walk-streams.ts';

type EventRow = [seq: number, type: string, json: string, crc: number];
type FactRow = [number: number, afterSeq: number, type: string, json: string, crc: number];

const rowsPerPage = 500;

/** What was counted of one session. */
export interface StreamCount {
  readonly events: number;
  readonly facts: number;
  readonly lastSeq: number;
}

/** Checks the events and facts of one session: checksums, order, and that none is missing but what was forgotten. */
export class StreamVerifier {
  readonly #findings: Findings;
  readonly #events: Statement<EventRow>;
  readonly #facts: Statement<FactRow>;
  readonly #skips: Statement<[fromSeq: number, toSeq: number]>;
  /** Undefined in a journal that nothing was ever forgotten of. */
  readonly #horizon: Statement<[beforeSeq: number]> | undefined;

  constructor(database: Database, findings: Findings) {
    this.#findings = findings;
    this.#events = database.prepare(
      `SELECT ${seqOfKey}, type, json, crc FROM events WHERE k > ? AND k < ? ORDER BY k LIMIT ${rowsPerPage}`,
    );
    this.#facts = database.prepare(
      `SELECT ${seqOfKey}, after_seq, type, json, crc FROM facts WHERE k > ? AND k < ? ORDER BY k LIMIT ${rowsPerPage}`,
    );
    this.#skips = database.prepare('SELECT from_seq, to_seq FROM skips WHERE stream = ?');
    const hasHorizons = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'horizons'").row();
    if (hasHorizons !== undefined)
      this.#horizon = database.prepare('SELECT before_seq FROM horizons WHERE stream = ?');
  }

  verify(place: StreamPlace): StreamCount {
    const { events, lastSeq } = this.#verifyEvents(place);
    return { events, lastSeq, facts: this.#verifyFacts(place, lastSeq) };
  }

  #verifyEvents({ stream, sessionId }: StreamPlace): { readonly events: number; readonly lastSeq: number } {
    const skipped = new Map(this.#skips.rows(stream).map(([fromSeq, toSeq]) => [fromSeq, toSeq]));
    const [beforeSeq = 0] = this.#horizon?.row(stream) ?? [];
    const damaged = new Run((fromId, toId) => {
      const detail = `the checksum is wrong; readers see a gap`;
      this.#findings.add({ kind: 'gap', sessionId, fromId, toId, detail });
    });
    let events = 0;
    let lastSeq = 0;
    for (const [seq, type, json, crc] of pages(this.#events, stream)) {
      const expected = Math.max((skipped.get(lastSeq + 1) ?? lastSeq) + 1, Math.min(seq, beforeSeq));
      if (seq !== expected) {
        const detail = 'the events are not there, and no skipped range says why';
        this.#findings.add({ kind: 'missing', sessionId, fromId: expected, toId: seq - 1, detail });
      }
      if (entryChecksum(json, type, seq) !== crc) damaged.add(seq);
      events += 1;
      lastSeq = seq;
    }
    damaged.end();
    return { events, lastSeq };
  }

  #verifyFacts({ stream, sessionId }: StreamPlace, lastSeq: number): number {
    const complain = (kind: 'fact' | 'missing', detail: string) =>
      this.#findings.add({ kind, sessionId, detail });
    let facts = 0;
    let last = 0;
    let lastAfter = 0;
    for (const [number, afterSeq, type, json, crc] of pages(this.#facts, stream)) {
      if (number !== last + 1) complain('missing', `facts ${last + 1} to ${number - 1} are not there`);
      if (afterSeq < lastAfter || afterSeq > lastSeq) {
        complain('fact', `fact ${number} stands after event ${afterSeq}, out of order`);
      }
      if (entryChecksum(json, type, number) !== crc)
        complain('fact', `the checksum of fact ${number} is wrong`);
      facts += 1;
      last = number;
      lastAfter = Math.max(lastAfter, afterSeq);
    }
    return facts;
  }
}

/** Joins numbers that follow each other. */
class Run {
  readonly #onRun: (from: number, to: number) => void;
  #from = 0;
  #to = 0;

  constructor(onRun: (from: number, to: number) => void) {
    this.#onRun = onRun;
  }

  add(number: number): void {
    if (this.#to === 0 || number !== this.#to + 1) {
      this.end();
      this.#from = number;
    }
    this.#to = number;
  }

  end(): void {
    if (this.#to > 0) this.#onRun(this.#from, this.#to);
    this.#to = 0;
  }
}

function* pages<Row extends EventRow | FactRow>(statement: Statement<Row>, stream: number): Generator<Row> {
  let after = 0;
  for (;;) {
    const rows = statement.rows(eventKey(stream, after), eventKey(stream + 1, 0));
    yield* rows;
    after = rows.at(-1)?.[0] ?? after;
    if (rows.length < rowsPerPage || after >= seqSpan - 1) return;
  }
}
