// Reads a session's events in the background, as a user interface would, through restarts of the daemon.
import { type Envelope, type EventOf, type EventType, isEvent, type Session } from '@holdfast/sdk';

const patienceMs = 60_000;

export class EventLog {
  readonly events: Envelope[] = [];
  /** Resolves when the subscription has ended; with its failure, if it failed. */
  readonly ended: Promise<unknown>;
  readonly #waiting = new Set<() => void>();
  readonly #abort = new AbortController();
  #isEnded = false;

  constructor(session: Session) {
    const events = session.events({ after: 0, signal: this.#abort.signal });
    this.ended = this.#read(events).catch((thrown: unknown) => thrown);
  }

  /** Resolves with what `find` first gives that is not undefined. @throws Error saying what did not come */
  async until<T>(what: string, find: (events: readonly Envelope[]) => T | undefined): Promise<T> {
    const lateAt = performance.now() + patienceMs;
    for (;;) {
      const found = find(this.events);
      if (found !== undefined) return found;
      if (this.#isEnded) throw new Error(`the event stream ended without ${what}`);
      const remainingMs = lateAt - performance.now();
      if (remainingMs <= 0) throw new Error(`no ${what} within ${patienceMs} ms`);
      await this.#change(remainingMs);
    }
  }

  /** The first event of a type after an id, seen or to come. */
  async next<T extends EventType>(type: T, after = 0): Promise<Envelope & EventOf<T>> {
    return this.until(type, (events) => this.of(type, events).find(({ id = 0 }) => id > after));
  }

  of<T extends EventType>(type: T, events: readonly Envelope[] = this.events): (Envelope & EventOf<T>)[] {
    return events.filter((event) => isEvent(event, type));
  }

  get lastEventId(): number {
    return this.events.findLast(({ id }) => id !== undefined)?.id ?? 0;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }

  async #read(events: AsyncIterable<Envelope>): Promise<void> {
    try {
      for await (const event of events) {
        this.events.push(event);
        this.#wake();
      }
    } finally {
      this.#isEnded = true;
      this.#wake();
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#waiting.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
