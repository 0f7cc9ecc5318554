import { setTimeout as pause } from 'node:timers/promises';
import { HoldfastClient, HoldfastError, type Session } from '@holdfast/sdk';
import { type Evidence, noEvidence } from './evidence.ts';
import type { Place } from './stage.ts';

/** What the clients of a run share: where the daemon is, which sessions there are, and what was promised to whom. */
export class Scene {
  readonly evidence: Evidence = noEvidence();
  readonly sessionIds: string[] = [];
  /** Sessions there may be by now; it rises during a run, so that some are made and branched to its end. */
  maxSessions = 8;
  /** Aborts when no new work is to begin. */
  readonly closing = new AbortController();
  /** Aborts when the readers may go. */
  readonly over = new AbortController();
  readonly places: readonly Place[];
  readonly #connect: () => HoldfastClient;
  readonly #onSession: (sessionId: string) => void;
  #calls = 0;
  #refusals = new Map<string, number>();

  constructor(
    address: { readonly baseUrl: string; readonly token: string },
    stage: {
      readonly places: readonly Place[];
      readonly onSession: (sessionId: string) => void;
    },
  ) {
    this.places = stage.places;
    this.#onSession = stage.onSession;
    this.#connect = () =>
      new HoldfastClient({
        ...address,
        // Asking again is left to `insist`, which counts and never gives up while the run goes on.
        retry: null,
        timeoutMs: 30_000,
        reconnect: { baseMs: 20, maxMs: 120, stallMs: 20_000 },
      });
  }

  /** A client of its own, which shares nothing with the others. */
  client(): HoldfastClient {
    return this.#connect();
  }

  get isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  /** Calls answered, refusals included. */
  get calls(): number {
    return this.#calls;
  }

  /** How often the daemon said no, by code. */
  get refusals(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#refusals].sort());
  }

  get mayGrow(): boolean {
    return this.sessionIds.length < this.maxSessions;
  }

  /** Notes a session the daemon acknowledged. */
  admit({ sessionId }: Session): void {
    if (this.sessionIds.includes(sessionId)) return;
    this.evidence.sessions.push(sessionId);
    this.sessionIds.push(sessionId);
    this.#onSession(sessionId);
  }

  /**
   * Asks until there is an answer: a result, or a refusal for good, which comes back as its code. What `ask` sends
   * must be the same each time, its idempotency key included.
   */
  async insist<Result>(what: string, ask: () => Promise<Result>): Promise<Result | RefusalCode> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const result = await ask();
        this.#calls += 1;
        return result;
      } catch (error) {
        if (!(error instanceof HoldfastError)) throw error;
        if (error.status !== undefined) this.#calls += 1;
        if (isToBeAskedAgain(error) && attempt < 2_000) {
          await pause(Math.min(20 + attempt * 10, 150));
          continue;
        }
        this.#refusals.set(error.code, (this.#refusals.get(error.code) ?? 0) + 1);
        if (!expectedRefusals.has(error.code))
          this.evidence.incidents.push(`${what}: ${error.status} ${error.code}: ${error.message}`);
        return new RefusalCode(error.code);
      }
    }
  }
}

/** The code of a refusal that asking again will not change. */
export class RefusalCode {
  readonly code: string;

  constructor(code: string) {
    this.code = code;
  }
}

/** No answer at all, or one that says: later. The queue's own limit is an answer. */
const isToBeAskedAgain = ({ code, status, isRetryable }: HoldfastError): boolean =>
  code !== 'prompt_queue_full' && code !== 'session_limit_exceeded' && (status === undefined || isRetryable);

/** What a daemon may well say to clients that work on the same sessions without asking each other. */
const expectedRefusals: ReadonlySet<string> = new Set([
  ...['session_not_found', 'prompt_queue_full', 'session_limit_exceeded', 'permission_not_found'],
  ...['invalid_client_id', 'branch_while_prompt_active', 'prompt_not_found', 'restore_in_progress'],
  // An agent that is killed while it starts or while it is asked.
  ...['agent_start_failed', 'agent_exited', 'agent_error', 'session_restore_timeout', 'init_timeout'],
]);
