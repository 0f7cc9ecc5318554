import type { JournalFact } from '../../ports/journal.ts';
import { entryChecksum } from './checksum.ts';
import type { Database, Statement } from './database.ts';
import { eventKey, seqOfKey } from './event-key.ts';

type FactRow = [number: number, afterSeq: number, type: string, json: string, crc: number];

/** A fact and its place: after event `afterSeq`, before the next one. */
export interface PlacedFact {
  readonly number: number;
  readonly afterSeq: number;
  readonly fact: JournalFact;
}

export interface FactSpan {
  readonly stream: number;
  /** The count of the fact before. */
  readonly after: number;
  readonly upTo: number;
}

/** Reads pages of facts. A damaged one reads as a fact `journal_gap`. */
export class FactReader {
  readonly #page: Statement<FactRow>;

  constructor(database: Database) {
    this.#page = database.prepare(
      `SELECT ${seqOfKey}, after_seq, type, json, crc FROM facts WHERE k > ? AND k <= ? ORDER BY k LIMIT ?`,
    );
  }

  read({ stream, after, upTo }: FactSpan, maxFacts: number): readonly PlacedFact[] {
    const rows = this.#page.rows(eventKey(stream, after), eventKey(stream, upTo), maxFacts);
    return rows.map(([number, afterSeq, type, json, crc]) => {
      const isIntact = entryChecksum(json, type, number) === crc;
      const fact: JournalFact = isIntact
        ? { kind: 'fact', type, json }
        : { kind: 'fact', type: 'journal_gap', json: JSON.stringify({ afterId: afterSeq }) };
      return { number, afterSeq, fact };
    });
  }
}
