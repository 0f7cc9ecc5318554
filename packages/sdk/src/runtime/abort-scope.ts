import type { Runtime } from './web-runtime.ts';

/**
 * The life of one request or stream: its signal aborts with the caller's, at a missed deadline, or at `close`.
 * Written out rather than AbortSignal.any, which leaves a dependant on a long-lived signal for every call.
 */
export class AbortScope {
  readonly #runtime: Runtime;
  readonly #outer: AbortSignal | undefined;
  readonly #controller = new AbortController();
  readonly #onOuterAbort = () => this.#controller.abort(this.#outer?.reason);
  #cancelDeadline: (() => void) | undefined;
  #hasTimedOut = false;

  constructor(runtime: Runtime, outer: AbortSignal | undefined) {
    this.#runtime = runtime;
    this.#outer = outer;
    if (outer?.aborted) this.#onOuterAbort();
    else outer?.addEventListener('abort', this.#onOuterAbort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether a deadline, and not the caller, ended it. */
  get hasTimedOut(): boolean {
    return this.#hasTimedOut;
  }

  /** Aborts unless `settle` comes within `limitMs`; null sets no limit. */
  expectWithin(limitMs: number | null): void {
    this.settle();
    if (limitMs === null) return;
    this.#cancelDeadline = this.#runtime.after(limitMs, () => {
      this.#hasTimedOut = true;
      this.#controller.abort();
    });
  }

  /** What was expected has come. */
  settle(): void {
    this.#cancelDeadline?.();
    this.#cancelDeadline = undefined;
  }

  /** Ends whatever still runs under it and lets go of the caller's signal; idempotent. */
  close(): void {
    this.settle();
    this.#outer?.removeEventListener('abort', this.#onOuterAbort);
    this.#controller.abort();
  }
}
