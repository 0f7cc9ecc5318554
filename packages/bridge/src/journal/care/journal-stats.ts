import { statSync } from 'node:fs';
import { systemClock } from '../../runtime/system-clock.ts';
import type { Database, Statement } from '../sqlite/database.ts';
import { eventKey } from '../sqlite/event-key.ts';
import { unreadable } from '../sqlite/inspect-file.ts';
import type { CareOptions } from './care-options.ts';
import { openToRead } from './open-to-read.ts';
import { type StreamPlace, walkStreams } from './walk-streams.ts';

/** What a session takes. */
export interface SessionSize {
  readonly sessionId: string;
  readonly title: string | null;
  readonly agent: string;
  readonly cwd: string;
  readonly events: number;
  readonly facts: number;
  /** Of events and facts, as text. */
  readonly sizeBytes: number;
  /** Epoch ms. */
  readonly activityAt: number;
}

/** What a journal holds. */
export interface JournalStats {
  readonly path: string;
  /** The file, and the log beside it. */
  readonly sizeBytes: number;
  readonly logBytes: number;
  readonly format: number;
  /** Who wrote to it last. */
  readonly program: string;
  readonly eventEpoch: string;
  readonly sessions: number;
  readonly openSessions: number;
  readonly events: number;
  readonly facts: number;
  /** Stored answers to idempotent requests. */
  readonly answers: number;
  /** Of all events and facts, as text. */
  readonly contentBytes: number;
  /** Largest first. */
  readonly largest: readonly SessionSize[];
}

/** Sessions worth naming. */
const largestCount = 10;

/**
 * Counts what a journal holds, also while a daemon writes to it. Walks every row, but reads no text.
 * @throws state_unreadable if it is no journal of ours.
 */
export async function readJournalStats(path: string, options: CareOptions = {}): Promise<JournalStats> {
  const { database, version } = openToRead(path);
  try {
    const sizer = new SessionSizer(database);
    const totals = { events: 0, facts: 0, contentBytes: 0 };
    let largest: SessionSize[] = [];
    const sessions = await walkStreams(database, { clock: systemClock, ...options }, (place) => {
      const size = sizer.size(place);
      totals.events += size.events;
      totals.facts += size.facts;
      totals.contentBytes += size.sizeBytes;
      largest = [...largest, size]
        .sort((one, other) => other.sizeBytes - one.sizeBytes)
        .slice(0, largestCount);
    });
    const count = (sql: string) => database.prepare<[number]>(sql).row()?.[0] ?? 0;
    return {
      path,
      sizeBytes: statSync(path).size,
      logBytes: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
      format: version,
      program: metaOf(database, 'program'),
      eventEpoch: metaOf(database, 'epoch'),
      sessions,
      openSessions: count("SELECT count(*) FROM sessions WHERE lifecycle = 'open'"),
      answers: count('SELECT count(*) FROM keys'),
      ...totals,
      largest,
    };
  } catch (thrown) {
    throw unreadable(path, thrown);
  } finally {
    database.close();
  }
}

type SumRow = [rows: number, sizeBytes: number | null];
type LabelRow = [title: string | null, agent: string, cwd: string, activityAt: number];

class SessionSizer {
  readonly #events: Statement<SumRow>;
  readonly #facts: Statement<SumRow>;
  readonly #label: Statement<LabelRow>;

  constructor(database: Database) {
    const sum = (table: string) =>
      database.prepare<SumRow>(
        `SELECT count(*), sum(octet_length(json)) FROM ${table} WHERE k > ? AND k < ?`,
      );
    this.#events = sum('events');
    this.#facts = sum('facts');
    this.#label = database.prepare(
      `SELECT coalesce(display_name, agent_title, nullif(first_prompt, '')), agent, cwd, activity_at
         FROM sessions WHERE session_id = ?`,
    );
  }

  size({ stream, sessionId }: StreamPlace): SessionSize {
    const bounds = [eventKey(stream, 0), eventKey(stream + 1, 0)];
    const [events = 0, eventBytes] = this.#events.row(...bounds) ?? [];
    const [facts = 0, factBytes] = this.#facts.row(...bounds) ?? [];
    const [title = null, agent = '', cwd = '', activityAt = 0] = this.#label.row(sessionId) ?? [];
    const sizeBytes = (eventBytes ?? 0) + (factBytes ?? 0);
    return { sessionId, title, agent, cwd, events, facts, sizeBytes, activityAt };
  }
}

function metaOf(database: Database, name: string): string {
  return database.prepare<[string]>('SELECT value FROM meta WHERE name = ?').row(name)?.[0] ?? '';
}
