import { DaemonError } from '@holdfast/protocol';
import type { Clock } from '../ports/clock.ts';
import type { Commit } from '../ports/journal.ts';

/** What became of each commit of a group: undefined where it is durable. */
export type Outcomes = readonly (DaemonError | undefined)[];

export interface GroupCommitOptions {
  readonly clock: Clock;
  /** Writes commits in order as one transaction. Never throws. */
  readonly write: (commits: readonly Commit[]) => Outcomes;
  /** Hears of each durable commit, in order, before its promise resolves. */
  readonly onDurable: (commit: Commit) => void;
}

interface Waiting {
  readonly commit: Commit;
  readonly rows: number;
  readonly sizeChars: number;
  readonly resolve: () => void;
  readonly reject: (error: DaemonError) => void;
}

// One transaction stalls the event loop for as long as it takes: about 2 µs a row.
const maxRowsPerTransaction = 2_000;
const maxCharsPerTransaction = 4 * 1024 * 1024;
// More than this waiting to be written: agents should be read no further. Half of it: they may.
const maxRowsWaiting = 20_000;
const maxCharsWaiting = 8 * 1024 * 1024;

/** Gathers the commits of one event-loop tick into one transaction, in call order; a big tick takes several. */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Waiting[] = [];
  #rowsWaiting = 0;
  #charsWaiting = 0;
  #isClosed = false;
  #relief: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Resolves when durable. @throws journal_unavailable once closed, and whatever `write` says of this commit. */
  commit(commit: Commit): Promise<void> {
    if (this.#isClosed)
      return Promise.reject(new DaemonError('journal_unavailable', 'the journal is closed'));
    return new Promise((resolve, reject) => {
      const waiting = { commit, ...sizeOf(commit), resolve, reject };
      this.#rowsWaiting += waiting.rows;
      this.#charsWaiting += waiting.sizeChars;
      this.#waiting.push(waiting);
      if (this.#waiting.length === 1) this.#options.clock.nextTick(() => this.#writeOneGroup());
    });
  }

  /** Resolves when half of the limit waits at most; undefined while the limit is not reached. */
  pressure(): Promise<void> | undefined {
    if (this.#relief !== undefined) return this.#relief.promise;
    if (this.#rowsWaiting <= maxRowsWaiting && this.#charsWaiting <= maxCharsWaiting) return undefined;
    let resolve = () => {};
    const promise = new Promise<void>((settle) => {
      resolve = settle;
    });
    this.#relief = { promise, resolve };
    return promise;
  }

  /** Writes everything that waits, at once, and takes no more. */
  close(): void {
    this.#isClosed = true;
    while (this.#waiting.length > 0) this.#writeOneGroup();
  }

  #writeOneGroup(): void {
    if (this.#waiting.length === 0) return;
    const group = this.#takeGroup();
    // Before anyone is told: whoever commits in answer finds the next round arranged, or arranges it.
    if (this.#waiting.length > 0 && !this.#isClosed)
      this.#options.clock.nextTick(() => this.#writeOneGroup());
    const outcomes = this.#options.write(group.map((waiting) => waiting.commit));
    for (const [position, waiting] of group.entries()) {
      this.#rowsWaiting -= waiting.rows;
      this.#charsWaiting -= waiting.sizeChars;
      const error = outcomes[position];
      if (error === undefined) {
        this.#options.onDurable(waiting.commit);
        waiting.resolve();
      } else {
        waiting.reject(error);
      }
    }
    this.#relieve();
  }

  #takeGroup(): readonly Waiting[] {
    const all = this.#waiting;
    let rows = 0;
    let sizeChars = 0;
    const end = all.findIndex((waiting, position) => {
      rows += waiting.rows;
      sizeChars += waiting.sizeChars;
      return position > 0 && (rows > maxRowsPerTransaction || sizeChars > maxCharsPerTransaction);
    });
    this.#waiting = end < 0 ? [] : all.slice(end);
    return end < 0 ? all : all.slice(0, end);
  }

  #relieve(): void {
    if (this.#relief === undefined) return;
    if (this.#rowsWaiting > maxRowsWaiting / 2 || this.#charsWaiting > maxCharsWaiting / 2) return;
    this.#relief.resolve();
    this.#relief = undefined;
  }
}

function sizeOf(commit: Commit): { readonly rows: number; readonly sizeChars: number } {
  let rows = (commit.rows?.length ?? 0) + (commit.keys?.length ?? 0) + (commit.erase?.length ?? 0);
  let sizeChars = 0;
  for (const append of commit.appends ?? []) {
    rows += append.entries.length;
    for (const entry of append.entries) sizeChars += entry.json.length;
  }
  for (const row of commit.rows ?? []) sizeChars += row.snapshot.length;
  for (const record of commit.keys ?? []) sizeChars += record.answer.length;
  return { rows, sizeChars };
}
