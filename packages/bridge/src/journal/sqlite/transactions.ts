import { DaemonError } from '@holdfast/protocol';
import type { Commit } from '../../ports/journal.ts';
import { admitAppends, emptyRange } from '../admit-append.ts';
import type { Outcomes } from '../group-commit.ts';
import { type Database, isDriverError, type Statement, storeError } from './database.ts';
import type { KeyTable } from './key-table.ts';
import type { PromptTable } from './prompt-table.ts';
import type { Removals } from './removals.ts';
import { SessionRowWriter } from './session-rows.ts';
import { recordIndexSeq } from './start-up.ts';
import type { StreamWriter } from './stream-writer.ts';
import type { Tails } from './tails.ts';
import type { WriteHealth } from './write-health.ts';

export interface TransactionsOptions {
  readonly database: Database;
  readonly tails: Tails;
  readonly streams: StreamWriter;
  readonly keys: KeyTable;
  readonly prompts: PromptTable;
  readonly indexSeq: number;
  readonly removals: Removals;
  readonly health: WriteHealth;
}

/** Writes groups of commits, each group one transaction. */
export class Transactions {
  readonly #options: TransactionsOptions;
  readonly #rows: SessionRowWriter;
  readonly #begin: Statement<[]>;
  readonly #end: Statement<[]>;
  #indexSeq: number;
  #stagedIndexSeq: number;

  constructor(options: TransactionsOptions) {
    this.#options = options;
    this.#rows = new SessionRowWriter(options.database);
    this.#begin = options.database.prepare('BEGIN IMMEDIATE');
    this.#end = options.database.prepare('COMMIT');
    this.#indexSeq = options.indexSeq;
    this.#stagedIndexSeq = options.indexSeq;
  }

  /** Number of the last row write. */
  get indexSeq(): number {
    return this.#indexSeq;
  }

  /** Writes the group; when the store refuses it, each commit by itself, so that one cannot fail the others. */
  write(commits: readonly Commit[]): Outcomes {
    const { fault, isLost } = this.#options.health;
    if (isLost)
      return commits.map(() => new DaemonError('journal_unavailable', fault ?? 'the journal is lost'));
    try {
      return this.#writeTogether(commits);
    } catch (thrown) {
      if (commits.length === 1) {
        const error = storeError(thrown, 'the journal cannot be written');
        if (isDriverError(thrown)) this.#options.health.failed(error.message);
        return [error];
      }
      return commits.flatMap((commit) => this.write([commit]));
    }
  }

  #writeTogether(commits: readonly Commit[]): Outcomes {
    const { database, tails } = this.#options;
    this.#begin.run();
    try {
      const outcomes = commits.map((commit) => this.#writeOne(commit));
      if (this.#stagedIndexSeq !== this.#indexSeq) recordIndexSeq(database, this.#stagedIndexSeq);
      this.#end.run();
      tails.publish();
      this.#indexSeq = this.#stagedIndexSeq;
      return outcomes;
    } catch (thrown) {
      tails.discard();
      this.#stagedIndexSeq = this.#indexSeq;
      if (database.isInTransaction) database.exec('ROLLBACK');
      throw thrown;
    }
  }

  /** A conflict is that commit's own: it is found before anything is written. */
  #writeOne(commit: Commit): DaemonError | undefined {
    const { tails, streams, keys, prompts, removals } = this.#options;
    const { appends = [] } = commit;
    try {
      admitAppends(appends, ({ sessionId }) => tails.find(sessionId) ?? emptyRange);
    } catch (thrown) {
      const error = storeError(thrown, 'the journal cannot be read');
      if (error.code === 'journal_conflict') return error;
      throw thrown;
    }
    for (const append of appends) streams.append(append);
    for (const row of commit.rows ?? []) this.#rows.write(row, this.#nextIndexSeq());
    for (const record of commit.keys ?? []) keys.write(record);
    for (const record of commit.prompts ?? []) {
      const tail = tails.find(record.sessionId);
      if (tail !== undefined) prompts.write(tail.stream, record);
    }
    for (const horizon of commit.forget ?? []) streams.forget(horizon);
    for (const sessionId of commit.erase ?? []) {
      streams.erase(sessionId);
      keys.eraseOf(sessionId);
      if (this.#rows.erase(sessionId)) removals.record(sessionId, this.#nextIndexSeq());
    }
    return undefined;
  }

  #nextIndexSeq(): number {
    this.#stagedIndexSeq += 1;
    return this.#stagedIndexSeq;
  }
}
