import type { PromptId, SessionId } from '@holdfast/protocol';
import type { PromptEnd, PromptRecord } from '../../ports/prompt-record.ts';
import { textChecksum } from './checksum.ts';
import type { Database, Statement } from './database.ts';
import { eventKey, seqSpan } from './event-key.ts';

type PromptRow = [
  sessionId: string,
  generation: number,
  queuedAt: number,
  state: string | null,
  startedAt: number | null,
  endedAt: number | null,
  endSeq: number | null,
];

/**
 * Where each accepted prompt is told of. Rows lie by stream, so that an erased session's are swept like its events: `k` is
 * stream · 2^32 + a count of its own. Prompt ids are random: their index holds digests, the row settles who is meant.
 */
export const promptSchema = `
CREATE TABLE prompts (
  k INTEGER PRIMARY KEY, digest INTEGER NOT NULL, prompt_id TEXT NOT NULL, generation INTEGER NOT NULL,
  queued_at INTEGER NOT NULL, state TEXT, started_at INTEGER, ended_at INTEGER, end_seq INTEGER);
CREATE INDEX prompts_by_name ON prompts (digest);
`;

/** The accepted prompts, by their ids. */
export class PromptTable {
  readonly #update: Statement<[]>;
  readonly #last: Statement<[k: number | null]>;
  readonly #insert: Statement<[]>;
  readonly #find: Statement<PromptRow>;

  constructor(database: Database) {
    this.#update = database.prepare(
      `UPDATE prompts SET generation = ?, queued_at = ?, state = ?, started_at = ?, ended_at = ?, end_seq = ?
         WHERE digest = ? AND prompt_id = ? AND k > ? AND k < ?`,
    );
    this.#last = database.prepare(`SELECT max(k) & ${seqSpan - 1} FROM prompts WHERE k > ? AND k < ?`);
    this.#insert = database.prepare(
      `INSERT INTO prompts (k, digest, prompt_id, generation, queued_at, state, started_at, ended_at, end_seq)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#find = database.prepare(
      `SELECT session_id, generation, queued_at, state, started_at, ended_at, end_seq
         FROM prompts JOIN streams ON stream = k >> 32 WHERE digest = ? AND prompt_id = ?`,
    );
  }

  /** Stores what is known of a prompt, in place of what was, within the open transaction. */
  write(stream: number, { promptId, generation, queuedAt, end }: PromptRecord): void {
    const { state = null, startedAt = null, endedAt = null, seq = null } = end ?? {};
    const known = [generation, queuedAt, state, startedAt, endedAt, seq];
    const digest = textChecksum(promptId);
    const bounds = [eventKey(stream, 0), eventKey(stream, seqSpan - 1)];
    if (this.#update.run(...known, digest, promptId, ...bounds) > 0) return;
    const [last] = this.#last.row(...bounds) ?? [];
    this.#insert.run(eventKey(stream, (last ?? 0) + 1), digest, promptId, ...known);
  }

  find(promptId: PromptId): PromptRecord | undefined {
    const row = this.#find.row(textChecksum(promptId), promptId);
    if (row === undefined) return undefined;
    const [sessionId, generation, queuedAt, ...end] = row;
    // It was a session id when it was written.
    return { promptId, sessionId: sessionId as SessionId, generation, queuedAt, end: endOf(end) };
  }
}

function endOf([state, startedAt, endedAt, seq]: [
  string | null,
  number | null,
  number | null,
  number | null,
]): PromptEnd | null {
  if (state === null || endedAt === null || seq === null) return null;
  // Only `write` fills the column.
  return { state: state as PromptEnd['state'], startedAt, endedAt, seq };
}
