import { DaemonError, type SessionId } from '@holdfast/protocol';
import type { Caller } from '../api/caller.ts';
import type { Clock } from '../ports/clock.ts';
import type { IdempotencyRecord, Journal } from '../ports/journal.ts';

/** How long a stored answer is kept at least. Source: protocol §1, Idempotency-Key. */
export const keepAnswersMs = 24 * 60 * 60 * 1_000;

interface Request {
  readonly operation: string;
  /** The session in the path, where there is one. */
  readonly sessionId?: SessionId;
  /** What a second request does while the first still runs. */
  readonly whileRunning: 'join' | 'refuse';
}

/** Makes the record that stores an answer with the write it acknowledges; nothing without a key. */
export type KeepAnswer = (answer: unknown, sessionId: SessionId) => readonly IdempotencyRecord[];

export interface Answered<Result> {
  readonly result: Result;
  readonly isReplayed: boolean;
}

interface Running {
  readonly bodyHash: string;
  readonly result: Promise<unknown>;
}

/** Requests with an idempotency key: each runs once, and answers again from what was stored. */
export class IdempotentRequests {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #running = new Map<string, Running>();

  constructor(journal: Journal, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  /**
   * Runs `perform` unless the caller's key was answered before; `replay` turns the stored answer into a result.
   * @throws idempotency_mismatch for the same key with another body, idempotency_in_flight
   */
  async once<Result>(
    caller: Caller,
    request: Request,
    perform: (keep: KeepAnswer) => Promise<Result>,
    replay: (answer: never) => Result,
  ): Promise<Answered<Result>> {
    if (caller.idempotency === undefined) return { result: await perform(() => []), isReplayed: false };
    const { key, bodyHash } = caller.idempotency;
    const scope = `${caller.principal} ${request.operation} ${request.sessionId ?? ''}`;
    const name = `${scope}\n${key}`;
    const running = this.#running.get(name);
    if (running !== undefined) return this.#joinOrRefuse<Result>(running, key, bodyHash, request);
    const result = this.#perform(scope, key, bodyHash, perform, replay);
    this.#running.set(name, { bodyHash, result: result.then((answered) => answered.result) });
    // The joined copy must not become an unhandled rejection; whoever awaits `result` gets the error.
    this.#running.get(name)?.result.catch(() => {});
    try {
      return await result;
    } finally {
      this.#running.delete(name);
    }
  }

  async #joinOrRefuse<Result>(
    running: Running,
    key: string,
    bodyHash: string,
    request: Request,
  ): Promise<Answered<Result>> {
    if (running.bodyHash !== bodyHash) throw mismatch(key);
    // The same scope and key name the same operation, so the results are of one type.
    if (request.whileRunning === 'join')
      return { result: (await running.result) as Result, isReplayed: true };
    throw new DaemonError(
      'idempotency_in_flight',
      `the request with key "${key}" is still running; ask again shortly`,
    );
  }

  async #perform<Result>(
    scope: string,
    key: string,
    bodyHash: string,
    perform: (keep: KeepAnswer) => Promise<Result>,
    replay: (answer: never) => Result,
  ): Promise<Answered<Result>> {
    const stored = await this.#journal.findKey(scope, key);
    if (stored !== undefined) {
      if (stored.bodyHash !== bodyHash) throw mismatch(key);
      // Stored by `keep` below for this same operation.
      return { result: replay(JSON.parse(stored.answer) as never), isReplayed: true };
    }
    const keep: KeepAnswer = (answer, sessionId) => [
      { scope, key, bodyHash, sessionId, answer: JSON.stringify(answer), createdAt: this.#clock.now() },
    ];
    return { result: await perform(keep), isReplayed: false };
  }
}

const mismatch = (key: string): DaemonError =>
  new DaemonError(
    'idempotency_mismatch',
    `idempotency key "${key}" was used with another body; use a new key for a new request`,
  );
