import type { Clock } from '../ports/clock.ts';

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** A clock that stands still until it is told to go on. Ticks are the event loop's own. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #elapsedMs = 0;
  /** What the clock shows beyond that. */
  #offsetMs: number;

  constructor(now = 1_000_000) {
    this.#offsetMs = now;
  }

  now(): number {
    return this.#offsetMs + this.#elapsedMs;
  }

  elapsedMs(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { at: this.#elapsedMs + Math.max(0, delayMs), task };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  nextTick(task: () => void): void {
    setImmediate(task);
  }

  /** Somebody sets the clock; timers wait as long as before. */
  jump(byMs: number): void {
    this.#offsetMs += byMs;
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass: what comes due runs in order, and what it leads to may run in between. */
  async advance(byMs: number): Promise<void> {
    await settled();
    const until = this.#elapsedMs + byMs;
    for (;;) {
      const due = [...this.#timers]
        .filter(({ at }) => at <= until)
        .sort((one, other) => one.at - other.at)[0];
      if (due === undefined) break;
      this.#elapsedMs = Math.max(this.#elapsedMs, due.at);
      this.#timers.delete(due);
      due.task();
      await settled();
    }
    this.#elapsedMs = until;
    await settled();
  }
}

/** Resolves when everything that was due without time passing has run: commits, their effects, and their commits. */
export async function settled(rounds = 12): Promise<void> {
  for (let round = 0; round < rounds; round += 1) await new Promise((resolve) => setImmediate(resolve));
}
