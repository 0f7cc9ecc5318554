import type { SessionState } from './state.ts';

type Holds = (state: SessionState) => boolean;

/** Those who wait for a session to be in some state. */
export class StateWaiters {
  #waiting: { readonly holds: Holds; readonly resolve: () => void }[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Resolves when a recorded state satisfies `holds`; at once if the present one does. */
  until(holds: Holds, state: SessionState): Promise<void> {
    if (holds(state)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ holds, resolve }));
  }

  wake(state: SessionState | null): void {
    if (this.isEmpty || state === null) return;
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ holds }) => !holds(state));
    for (const { holds, resolve } of waiting) if (holds(state)) resolve();
  }
}
