import { DaemonError } from '@holdfast/protocol';
import type { Commit, Journal } from '../ports/journal.ts';

/**
 * Writes one session's commits in order. A commit with events that is lost makes those behind it conflict; one of facts
 * alone does not move the tail, so whatever was decided upon it waits until it is durable.
 */
export class CommitOrder {
  readonly #journal: Journal;
  /** The last of the commits that those behind it wait for, while there is one. */
  #gate: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  write(commit: Commit, movesTail: boolean): Promise<void> {
    const written = this.#write(commit, movesTail);
    this.#last = written.catch(() => {});
    return written;
  }

  /** Resolves when what was handed in so far is durable, or lost. */
  settled(): Promise<void> {
    return this.#last;
  }

  #write(commit: Commit, movesTail: boolean): Promise<void> {
    const gate = this.#gate;
    if (gate === undefined && movesTail) return this.#journal.commit(commit);
    const written =
      gate === undefined ? this.#journal.commit(commit) : gate.then(() => this.#journal.commit(commit));
    this.#gate = written;
    const open = () => {
      if (this.#gate === written) this.#gate = undefined;
    };
    written.then(open, open);
    return written;
  }
}

/** What a caller hears of a write that was lost, be it only because one before it was. */
export function unavailable(cause?: unknown): DaemonError {
  if (cause instanceof DaemonError && cause.code === 'journal_unavailable') return cause;
  return new DaemonError(
    'journal_unavailable',
    'the journal refuses to write; try again later',
    {},
    { cause },
  );
}
