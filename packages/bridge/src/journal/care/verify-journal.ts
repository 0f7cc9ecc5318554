import { statSync } from 'node:fs';
import { systemClock } from '../../runtime/system-clock.ts';
import { textChecksum } from '../sqlite/checksum.ts';
import type { Database } from '../sqlite/database.ts';
import { eventKey, seqSpan } from '../sqlite/event-key.ts';
import { unreadable } from '../sqlite/inspect-file.ts';
import { schemaVersion } from '../sqlite/schema.ts';
import type { CareOptions } from './care-options.ts';
import { Findings, type JournalFinding } from './finding.ts';
import { openToRead } from './open-to-read.ts';
import { RowVerifier } from './verify-row.ts';
import { StreamVerifier } from './verify-stream.ts';
import { walkStreams } from './walk-streams.ts';

/** What was looked at, and what was wrong. */
export interface JournalReport {
  readonly path: string;
  readonly isSound: boolean;
  readonly sizeBytes: number;
  readonly sessions: number;
  readonly events: number;
  readonly facts: number;
  readonly answers: number;
  /** How many things are wrong; `findings` has the first thousand. */
  readonly findingCount: number;
  readonly findings: readonly JournalFinding[];
}

/**
 * Checks a whole journal without changing it, also while a daemon writes to it: the file's structure, every checksum,
 * the order of ids, and the index against its snapshots.
 * @throws state_unreadable if it is no journal of ours.
 */
export async function verifyJournal(path: string, options: CareOptions = {}): Promise<JournalReport> {
  const { database, version } = openToRead(path);
  const findings = new Findings();
  try {
    verifyStructure(database, findings);
    const counted = { events: 0, facts: 0, answers: 0 };
    let sessions = 0;
    try {
      const streams = new StreamVerifier(database, findings);
      // The index of an older format is not read: the next start makes it anew.
      const rows = version < schemaVersion ? undefined : new RowVerifier(database, findings);
      sessions = await walkStreams(database, { clock: systemClock, ...options }, (place) => {
        const { events, facts, lastSeq } = streams.verify(place);
        rows?.verify(place.sessionId, lastSeq);
        counted.events += events;
        counted.facts += facts;
      });
      verifyStrays(database, findings);
      counted.answers = verifyAnswers(database, findings);
    } catch (thrown) {
      // Only what the structure check named makes a page unreadable: the rest of the tree is behind it.
      if (findings.count === 0) throw thrown;
    }
    const { size } = statSync(path);
    const { count, listed } = findings;
    return {
      ...{ path, isSound: count === 0, sizeBytes: size, sessions, ...counted },
      ...{ findingCount: count, findings: listed },
    };
  } catch (thrown) {
    throw unreadable(path, thrown);
  } finally {
    database.close();
  }
}

function verifyStructure(database: Database, findings: Findings): void {
  const complain = (detail: string) => findings.add({ kind: 'structure', detail });
  try {
    for (const [line] of database.prepare<[string]>('PRAGMA integrity_check').rows()) {
      if (line !== 'ok') complain(line);
    }
  } catch (thrown) {
    complain(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** Rows that belong to no session: its entry is lost, and with it the way to them. */
function verifyStrays(database: Database, findings: Findings): void {
  const known = new Set(
    database
      .prepare<[number]>('SELECT stream FROM streams UNION SELECT stream FROM erased')
      .rows()
      .map(([stream]) => stream),
  );
  for (const table of ['events', 'facts']) {
    // One step for each session, however long it is.
    const next = database.prepare<[number]>(`SELECT k >> 32 FROM ${table} WHERE k >= ? ORDER BY k LIMIT 1`);
    for (
      let stream = next.row(0)?.[0];
      stream !== undefined;
      stream = next.row(eventKey(stream + 1, 0))?.[0]
    ) {
      if (known.has(stream)) continue;
      findings.add({ kind: 'missing', detail: `the ${table} of stream ${stream} belong to no session` });
    }
  }
  const rows = database
    .prepare<[string]>(
      'SELECT session_id FROM sessions WHERE session_id NOT IN (SELECT session_id FROM streams)',
    )
    .rows();
  for (const [sessionId] of rows) {
    findings.add({ kind: 'missing', sessionId, detail: 'the index has a row, and the journal no session' });
  }
}

function verifyAnswers(database: Database, findings: Findings): number {
  const page = database.prepare<[id: number, key: string, sessionId: string, answer: string, crc: number]>(
    'SELECT id, key, session_id, answer, crc FROM keys WHERE id > ? ORDER BY id LIMIT 500',
  );
  let answers = 0;
  let after = -seqSpan;
  for (;;) {
    const rows = page.rows(after);
    for (const [id, key, sessionId, answer, crc] of rows) {
      after = id;
      answers += 1;
      if (textChecksum(answer) === crc) continue;
      findings.add({ kind: 'answer', sessionId, detail: `the stored answer to key ${key} is damaged` });
    }
    if (rows.length === 0) return answers;
  }
}
