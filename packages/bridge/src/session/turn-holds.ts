import type { PromptId } from '@holdfast/protocol';
import { isPending, type Phase } from './state.ts';

/** Who keeps the turns of a session from starting, each from its place in the queue on. */
export class TurnHolds {
  readonly #holds = new Set<{ readonly after: readonly PromptId[] }>();
  readonly #onLetGo: () => void;

  /** `onLetGo` is called when a hold ends, so that what it kept back may start. */
  constructor(onLetGo: () => void) {
    this.#onLetGo = onLetGo;
  }

  /** Lets no turn start, once the prompts of `after` have ended, until the returned call; idempotent. */
  hold(after: readonly PromptId[]): () => void {
    const held = { after };
    this.#holds.add(held);
    return () => {
      if (this.#holds.delete(held)) this.#onLetGo();
    };
  }

  /** Whether no turn may start now. What goes before a hold may, and whatever overtakes that. */
  blocks(phase: Phase): boolean {
    return [...this.#holds].some(({ after }) => !after.some((promptId) => isPending(phase, promptId)));
  }
}
