import type { PromptId } from '@holdfast/protocol';
import type { Clock } from '../ports/clock.ts';

/** How long a prompt waits for its answer to leave when nobody says so. Source: protocol §5, Admission. */
export const releaseFallbackMs = 250;

/** Accepted prompts whose answer has not been handed over yet: they may not start or end before that. */
export class Admissions {
  readonly #clock: Clock;
  readonly #held = new Map<PromptId, () => void>();
  readonly #headStarts = new Map<PromptId, Promise<void>>();
  readonly #onReleased: () => void;
  #waiters: (() => void)[] = [];
  #isPaused = false;

  constructor(clock: Clock, onReleased: () => void) {
    this.#clock = clock;
    this.#onReleased = onReleased;
  }

  isHeld(promptId: PromptId): boolean {
    return this.#held.has(promptId);
  }

  /** Holds a prompt until `release` or the fallback. */
  hold(promptId: PromptId): void {
    this.#held.set(promptId, () => {});
  }

  /** Starts the fallback once the prompt is durable. */
  admitted(promptId: PromptId): void {
    if (!this.#held.has(promptId)) return;
    this.#held.set(
      promptId,
      this.#clock.after(releaseFallbackMs, () => this.release(promptId)),
    );
  }

  /** Lets the turn begin; with a head start, its end waits so much longer (ms). Idempotent. */
  release(promptId: PromptId, headStartMs = 0): void {
    const stop = this.#held.get(promptId);
    if (stop === undefined) return;
    stop();
    this.#held.delete(promptId);
    if (headStartMs > 0) this.#headStarts.set(promptId, this.#headStart(promptId, headStartMs));
    if (!this.#isPaused) this.#onReleased();
    if (this.#held.size > 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  /** Resolves when the end of a prompt's turn may be told; undefined is now. */
  headStartOf(promptId: PromptId): Promise<void> | undefined {
    return this.#headStarts.get(promptId);
  }

  #headStart(promptId: PromptId, headStartMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(headStartMs, () => {
        this.#headStarts.delete(promptId);
        resolve();
      });
    });
  }

  /** The daemon stops: what waits stays in the queue for the next start. */
  pause(): void {
    this.#isPaused = true;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Whether no answer is outstanding now. */
  get isSettled(): boolean {
    return this.#held.size === 0;
  }

  /** Resolves when no answer is outstanding; another may be by the time that is heard. */
  settled(): Promise<void> {
    if (this.isSettled) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }
}
