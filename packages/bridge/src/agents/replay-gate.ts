import type { Clock } from '../ports/clock.ts';
import type { JsonRecord } from './records.ts';
import type { ReplayCollector } from './replay-collector.ts';

/** How long an agent must have said nothing for its replay to be taken as ended (ms). */
const quietMs = 100;
/** How long a prompt waits for that at most (ms). */
const longestWaitMs = 2_000;

/**
 * Holds back the first prompt after `session/load` until the agent has said everything it replays: ACP wants the
 * replay before the answer, but some agents send it afterwards, and then it looks like the turn's own words.
 */
export class ReplayGate {
  readonly #clock: Clock;
  readonly #collector: ReplayCollector | undefined;
  #isQuiet = false;
  #isOver = false;
  #cancelQuiet = () => {};
  #decide: ((mayGo: boolean) => void) | undefined;

  /** A collector is given what is replayed; without one it is dropped. */
  constructor(clock: Clock, collector?: ReplayCollector) {
    this.#clock = clock;
    this.#collector = collector;
  }

  collect(updates: readonly JsonRecord[], chars: number): void {
    this.#collector?.add(updates, chars);
  }

  /** Whether what comes from now on is new. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The agent said something, or answered the load. */
  heard(): void {
    if (this.#isOver) return;
    this.#cancelQuiet();
    this.#isQuiet = false;
    this.#cancelQuiet = this.#clock.after(quietMs, () => {
      this.#isQuiet = true;
      this.#decide?.(true);
    });
  }

  /** Resolves once a prompt may go out; with false when it was cancelled before. One at a time. */
  async pass(): Promise<boolean> {
    if (!this.#isQuiet && !(await this.#settled())) return false;
    this.#cancelQuiet();
    this.#isOver = true;
    return true;
  }

  /** Ends the wait of a prompt that is no longer wanted; false when none waits. */
  cancel(): boolean {
    this.#decide?.(false);
    return this.#decide !== undefined;
  }

  async #settled(): Promise<boolean> {
    let cancelLimit = () => {};
    const mayGo = await new Promise<boolean>((resolve) => {
      this.#decide = resolve;
      cancelLimit = this.#clock.after(longestWaitMs, () => resolve(true));
    });
    cancelLimit();
    this.#decide = undefined;
    return mayGo;
  }
}
