import { refuse } from '../operations/shut-down.ts';

/** Lets calls that would begin something in, until the bridge shuts down. */
export class Gate {
  #isShut = false;

  /** @throws shutting_down */
  admit(): void {
    if (this.#isShut) refuse();
  }

  shut(): void {
    this.#isShut = true;
  }

  get isShut(): boolean {
    return this.#isShut;
  }
}
