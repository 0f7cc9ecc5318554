import type { JournalFact } from '../../ports/journal.ts';
import { entryChecksum } from './checksum.ts';
import type { Database, Statement } from './database.ts';
import { eventKey, seqOfKey, seqSpan } from './event-key.ts';
import { extensionFactQuery } from './schema.ts';

type ExtensionRow = [number: number, type: string, json: string, crc: number];
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
  readonly #database: Database;
  readonly #page: Statement<FactRow>;

  constructor(database: Database) {
    this.#database = database;
    this.#page = database.prepare(
      `SELECT ${seqOfKey}, after_seq, type, json, crc FROM facts WHERE k > ? AND k <= ? ORDER BY k LIMIT ?`,
    );
  }

  /** The fact that changed an extension and that `skip` more such facts followed; undefined where it is damaged. */
  findExtension(stream: number, skip: number): JournalFact | undefined {
    // Prepared when it is asked for: a journal that is only looked at may lack the index.
    const query = this.#database.prepare<ExtensionRow>(extensionFactQuery);
    const row = query.row(eventKey(stream, 0), eventKey(stream, seqSpan - 1), skip);
    if (row === undefined) return undefined;
    const [number, type, json, crc] = row;
    return entryChecksum(json, type, number) === crc ? { kind: 'fact', type, json } : undefined;
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
