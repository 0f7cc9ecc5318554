import { DaemonError, type ErrorCode } from '@holdfast/protocol';
import type { Clock } from '../ports/clock.ts';
import type { AgentLink } from './agent-link.ts';
import { withDeadline } from './deadline.ts';
import type { JsonRecord } from './records.ts';

interface Limit {
  readonly timeoutMs: number;
  /** The code of not answering in time. */
  readonly code: ErrorCode;
  /** Is given an answer that came too late. */
  readonly late?: (answer: unknown) => void;
}

/** Requests to one agent that must be answered in time, and in the shape ACP asks for. */
export class TimedRequests {
  readonly #agent: string;
  readonly #link: AgentLink;
  readonly #clock: Clock;

  constructor(agent: string, link: AgentLink, clock: Clock) {
    this.#agent = agent;
    this.#link = link;
    this.#clock = clock;
  }

  /** @throws the limit's code, or what the agent answers with */
  send(method: string, params: JsonRecord, { timeoutMs, code, late }: Limit): Promise<unknown> {
    const expired = () =>
      new DaemonError(code, `Agent "${this.#agent}" did not answer ${method} within ${timeoutMs} ms`, {
        agent: this.#agent,
        timeoutMs,
        stderrTail: this.#link.process.stderrTail(),
      });
    return withDeadline(this.#link.request(method, params), { clock: this.#clock, timeoutMs, expired, late });
  }

  malformed(method: string, expected: string): DaemonError {
    const message = `Agent "${this.#agent}" answered ${method} without ${expected}`;
    return new DaemonError('agent_error', message, { agent: this.#agent });
  }
}
