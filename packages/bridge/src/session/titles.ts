import type { SessionIndex } from '../ports/session-index.ts';

/** A title nobody else takes until `settle`: by then it is in the index, or free again. */
export interface TakenTitle {
  readonly text: string;
  settle(): void;
}

/** Titles that must be unique in their workspace: those in the index, and those being written. */
export class Titles {
  readonly #index: SessionIndex;
  readonly #pending = new Set<string>();

  constructor(index: SessionIndex) {
    this.#index = index;
  }

  /** Takes the first candidate that is free; candidates do not end. */
  async take(workspace: string, candidates: Iterable<string, never>): Promise<TakenTitle> {
    const next = candidates[Symbol.iterator]();
    for (;;) {
      const text = next.next().value;
      const name = `${workspace}\n${text}`;
      if (this.#pending.has(name)) continue;
      this.#pending.add(name);
      const settle = () => void this.#pending.delete(name);
      if (!(await this.#index.hasDisplayName(workspace, text))) return { text, settle };
      settle();
    }
  }
}
