import type { Clock } from '../ports/clock.ts';

/** The timers of one session, by name: setting a name again replaces it. */
export class Timers {
  readonly #clock: Clock;
  readonly #running = new Map<string, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(name: string, delayMs: number, task: () => void): void {
    this.stop(name);
    const stop = this.#clock.after(delayMs, () => {
      this.#running.delete(name);
      task();
    });
    this.#running.set(name, stop);
  }

  stop(name: string): void {
    this.#running.get(name)?.();
    this.#running.delete(name);
  }

  close(): void {
    for (const stop of this.#running.values()) stop();
    this.#running.clear();
  }
}
