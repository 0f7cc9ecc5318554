import type { ClientId, PermissionRequestId, SessionId } from '@holdfast/protocol';
import type { AgentPermissionRequest, PermissionOutcome } from '../ports/agents.ts';

/** How many answered requests are remembered for late votes. */
const rememberedAnswers = 1_000;

interface Waiting {
  readonly sessionId: SessionId;
  readonly request: AgentPermissionRequest;
  /** Run once it is answered. */
  readonly afterwards: (() => void)[];
}

interface Answered {
  readonly sessionId: SessionId;
  readonly outcome: PermissionOutcome;
  readonly told: Set<ClientId | undefined>;
}

/** The agents' open permission requests: who waits for which answer, and what the last answers were. */
export class PermissionResolvers {
  readonly #waiting = new Map<PermissionRequestId, Waiting>();
  readonly #answered = new Map<PermissionRequestId, Answered>();

  get waiting(): number {
    return this.#waiting.size;
  }

  register(requestId: PermissionRequestId, sessionId: SessionId, request: AgentPermissionRequest): void {
    this.#waiting.set(requestId, { sessionId, request, afterwards: [] });
  }

  /** Which session a request belongs to, answered ones included while they are remembered. */
  sessionOf(requestId: PermissionRequestId): SessionId | undefined {
    return (this.#waiting.get(requestId) ?? this.#answered.get(requestId))?.sessionId;
  }

  /** Tells the agent, once. */
  answer(requestId: PermissionRequestId, outcome: PermissionOutcome): void {
    const entry = this.#waiting.get(requestId);
    if (entry === undefined) return;
    this.#waiting.delete(requestId);
    this.#answered.set(requestId, { sessionId: entry.sessionId, outcome, told: new Set() });
    if (this.#answered.size > rememberedAnswers) {
      const [oldest] = this.#answered.keys();
      if (oldest !== undefined) this.#answered.delete(oldest);
    }
    entry.request.answer(outcome);
    for (const tell of entry.afterwards) tell();
  }

  /** Runs `tell` once the request is answered: at once when it was, never when it is not known. */
  onceAnswered(requestId: PermissionRequestId, tell: () => void): void {
    if (this.#answered.has(requestId)) tell();
    else this.#waiting.get(requestId)?.afterwards.push(tell);
  }

  /** What a late voter should hear; undefined when it was told already or the request is not remembered. */
  lateAnswer(requestId: PermissionRequestId, clientId: ClientId | undefined): PermissionOutcome | undefined {
    const answered = this.#answered.get(requestId);
    if (answered === undefined || answered.told.has(clientId)) return undefined;
    answered.told.add(clientId);
    return answered.outcome;
  }
}
