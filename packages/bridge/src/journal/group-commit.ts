import { DaemonError, type SessionId } from '@holdfast/protocol';
import type { Clock } from '../ports/clock.ts';
import type { Commit } from '../ports/journal.ts';
import { concerns } from './commit-sessions.ts';

/** What became of each commit of a group: undefined where it was written. */
export type Outcomes = readonly (DaemonError | undefined)[];

/** A commit that was written; it is called back once, when it is durable or when it may be lost. */
export interface Written {
  readonly commit: Commit;
  durable(): void;
  lost(error: DaemonError): void;
}

export interface GroupCommitOptions {
  readonly clock: Clock;
  /** Resolves when transactions may be written; undefined when that is now (the default). */
  readonly mayWrite?: () => Promise<void> | undefined;
  /** Writes commits in order as one transaction. Never throws. */
  readonly write: (commits: readonly Commit[]) => Outcomes;
  /** Sees to it that what was written becomes durable, in order for each session; default: it is. */
  readonly settle?: (written: readonly Written[]) => void;
  /** Hears of each durable commit, in order, before its promise resolves. */
  readonly onDurable: (commit: Commit) => void;
}

interface Waiting {
  readonly commit: Commit;
  readonly rows: number;
  readonly sizeChars: number;
  readonly settled: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: DaemonError) => void;
}

// One transaction stalls the event loop for as long as it takes: about 2 µs a row.
const maxRowsPerTransaction = 2_000;
const maxCharsPerTransaction = 4 * 1024 * 1024;
// More than this waiting to be durable: agents should be read no further. Half of it: they may.
const maxRowsWaiting = 20_000;
const maxCharsWaiting = 8 * 1024 * 1024;

/** Gathers the commits of one event-loop tick into one transaction, in call order; a big tick takes several. */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Waiting[] = [];
  /** What is neither durable nor lost, waiting to be written or written. */
  readonly #unsettled = new Set<Waiting>();
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
    const { promise: settled, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { commit, ...sizeOf(commit), settled, resolve, reject };
    this.#rowsWaiting += waiting.rows;
    this.#charsWaiting += waiting.sizeChars;
    this.#unsettled.add(waiting);
    this.#waiting.push(waiting);
    if (this.#waiting.length === 1) this.#options.clock.nextTick(() => this.#writeOneGroup());
    return settled;
  }

  /** Resolves when what was handed in of a session so far is durable or lost; undefined when it is. */
  settled(sessionId: SessionId): Promise<void> | undefined {
    let last: Waiting | undefined;
    for (const waiting of this.#unsettled) if (concerns(waiting.commit, sessionId)) last = waiting;
    return last?.settled.catch(() => {});
  }

  /** Resolves when half of the limit waits at most; undefined while the limit is not reached. */
  pressure(): Promise<void> | undefined {
    if (this.#relief !== undefined) return this.#relief.promise;
    if (this.#rowsWaiting <= maxRowsWaiting && this.#charsWaiting <= maxCharsWaiting) return undefined;
    this.#relief = Promise.withResolvers<void>();
    return this.#relief.promise;
  }

  /** Takes no more, writes everything that waits, and resolves when all of it is durable or lost. */
  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#waiting.length > 0) {
      const pause = this.#pause();
      if (pause === undefined) this.#writeOneGroup();
      else await pause;
    }
    await Promise.allSettled([...this.#unsettled].map(({ settled }) => settled));
  }

  #pause(): Promise<void> | undefined {
    return this.#options.mayWrite?.();
  }

  #writeOneGroup(): void {
    if (this.#waiting.length === 0) return;
    const pause = this.#pause();
    if (pause !== undefined) {
      void pause.then(() => this.#writeOneGroup());
      return;
    }
    const group = this.#takeGroup();
    // Before anyone is told: whoever commits in answer finds the next round arranged, or arranges it.
    if (this.#waiting.length > 0 && !this.#isClosed)
      this.#options.clock.nextTick(() => this.#writeOneGroup());
    const outcomes = this.#options.write(group.map((waiting) => waiting.commit));
    const written: Written[] = [];
    for (const [position, waiting] of group.entries()) {
      const error = outcomes[position];
      if (error === undefined) written.push(this.#written(waiting));
      else this.#refuse(waiting, error);
    }
    if (this.#options.settle === undefined) for (const one of written) one.durable();
    else this.#options.settle(written);
  }

  #written(waiting: Waiting): Written {
    return {
      commit: waiting.commit,
      durable: () => {
        this.#release(waiting);
        this.#options.onDurable(waiting.commit);
        waiting.resolve();
      },
      lost: (error) => this.#refuse(waiting, error),
    };
  }

  #refuse(waiting: Waiting, error: DaemonError): void {
    this.#release(waiting);
    waiting.reject(error);
  }

  #release(waiting: Waiting): void {
    this.#unsettled.delete(waiting);
    this.#rowsWaiting -= waiting.rows;
    this.#charsWaiting -= waiting.sizeChars;
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
