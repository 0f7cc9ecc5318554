import type { SessionRow } from '../../ports/session-index.ts';
import { fromRow, toRow } from '../../session/snapshot.ts';
import type { Database, Statement } from '../sqlite/database.ts';
import { sessionColumns } from '../sqlite/index-schema.ts';
import { SessionRowReader, type StoredRow, toStored } from '../sqlite/session-rows.ts';
import type { Findings } from './finding.ts';

/** Checks a session's row in the index: that it is there, that its snapshot is sound, and that it says the same. */
export class RowVerifier {
  readonly #findings: Findings;
  readonly #find: Statement<StoredRow>;
  readonly #rows: SessionRowReader;

  constructor(database: Database, findings: Findings) {
    this.#findings = findings;
    this.#rows = new SessionRowReader(database);
    this.#find = database.prepare(`SELECT ${sessionColumns} FROM sessions WHERE session_id = ?`);
  }

  verify(sessionId: string, lastSeq: number): void {
    const complain = (detail: string) => this.#findings.add({ kind: 'index', sessionId, detail });
    const stored = this.#find.row(sessionId);
    if (stored === undefined) {
      complain('the row is missing; the next start rebuilds it');
      return;
    }
    const row = this.#rows.read(stored);
    if (row.snapshot === '') {
      complain('the snapshot is damaged; the session is read from its journal instead');
      return;
    }
    if (row.lastSeq > lastSeq) {
      complain(`the row is of event ${row.lastSeq}, and the last one is ${lastSeq}`);
    }
    const wrong = differing(row, stored);
    if (wrong.length > 0) complain(`the row and its snapshot differ in ${wrong.join(', ')}`);
  }
}

/** Columns that are not what the snapshot, which has a checksum, makes of them. */
function differing(row: SessionRow, stored: StoredRow): readonly string[] {
  try {
    const state = fromRow(row);
    // Of an older form: it is not read any more.
    if (state === undefined) return [];
    const expected = toStored(toRow(state, row.lastSeq));
    return sessionColumns.filter((_, place) => expected[place] !== stored[place]);
  } catch {
    // Sound by its checksum, so written like this: by a program we are not.
    return ['snapshot (of another version)'];
  }
}
