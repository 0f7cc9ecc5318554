// Reads the event stream of a session client in the background, as a user interface would.
import type { DaemonEvent, DaemonSessionSubscribeOptions } from '@qwen-code/sdk/daemon';
import { member, text } from '../agents-check/json-reader.ts';

interface Waiter {
  readonly matches: (event: DaemonEvent) => boolean;
  readonly resolve: (event: DaemonEvent) => void;
  readonly reject: (reason: Error) => void;
}

/** What can be read: a session client, or the plain client for one session. */
interface Streamed {
  events(options: DaemonSessionSubscribeOptions): AsyncIterable<DaemonEvent>;
}

/** A subscription that is being read. */
export class Watch {
  readonly events: DaemonEvent[] = [];
  /** Resolves when the stream has ended; with its failure, if it failed. */
  readonly ended: Promise<unknown>;
  readonly #waiters = new Set<Waiter>();
  readonly #abort = new AbortController();

  constructor(session: Streamed, options: DaemonSessionSubscribeOptions = {}) {
    const events = session.events({ ...options, signal: this.#abort.signal });
    this.ended = this.#read(events).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  }

  /** The first event, seen or to come, that matches. Rejects when the stream ends without, or after the time. */
  async until(
    what: string,
    matches: (event: DaemonEvent) => boolean,
    timeoutMs = 20_000,
  ): Promise<DaemonEvent> {
    const seen = this.events.find(matches);
    if (seen !== undefined) return seen;
    return await new Promise<DaemonEvent>((resolve, reject) => {
      const types = () => this.events.map(({ type }) => type).join(' ');
      const timer = setTimeout(
        () => reject(new Error(`no ${what} within ${timeoutMs} ms; saw ${types()}`)),
        timeoutMs,
      );
      const settle = (act: () => void) => {
        clearTimeout(timer);
        act();
      };
      this.#waiters.add({
        matches,
        resolve: (event) => settle(() => resolve(event)),
        reject: (reason) => settle(() => reject(new Error(`no ${what}: ${reason.message}; saw ${types()}`))),
      });
    });
  }

  /** The first event of a type, seen or to come. */
  async type(type: string): Promise<DaemonEvent> {
    return await this.until(type, (event) => event.type === type);
  }

  /** What the agent has said so far, in the turn of a prompt or in all. */
  said(promptId?: string): string {
    return saidIn(this.events.filter((event) => promptId === undefined || event.promptId === promptId));
  }

  /** Stops reading, and waits until the connection is closed. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }

  async #read(events: AsyncIterable<DaemonEvent>): Promise<void> {
    try {
      for await (const event of events) {
        this.events.push(event);
        for (const waiter of this.#waiters) {
          if (!waiter.matches(event)) continue;
          this.#waiters.delete(waiter);
          waiter.resolve(event);
        }
      }
    } finally {
      for (const waiter of this.#waiters) waiter.reject(new Error('the stream ended'));
    }
  }
}

/** What the agent says in these events. */
export function saidIn(events: readonly DaemonEvent[]): string {
  return events
    .map(({ type, data }) => {
      const update = type === 'session_update' ? member(data, 'update') : undefined;
      const isSaying = member(update, 'sessionUpdate') === 'agent_message_chunk';
      return isSaying ? text(member(member(update, 'content'), 'text')) : '';
    })
    .join('');
}

/** The words of the user in these events, one entry a message. */
export function askedIn(events: readonly DaemonEvent[]): string[] {
  return events.flatMap(({ type, data }) => {
    const update = type === 'session_update' ? member(data, 'update') : undefined;
    const isAsking = member(update, 'sessionUpdate') === 'user_message_chunk';
    return isAsking ? [text(member(member(update, 'content'), 'text'))] : [];
  });
}
