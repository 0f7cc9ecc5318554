import type { AgentPermissionRequest, ConversationSink, PermissionOutcome } from '../ports/agents.ts';
import { isRecord, type JsonRecord } from './records.ts';

/** The parameters of session/request_permission, unknown members kept. */
export interface PermissionParams {
  readonly agentSessionId: string;
  readonly toolCall: JsonRecord;
  readonly options: AgentPermissionRequest['options'];
}

/** Reads session/request_permission; undefined when it cannot be put to anybody. Option kinds may be any string. */
export function parsePermissionParams(params: unknown): PermissionParams | undefined {
  if (!isRecord(params)) return undefined;
  const { sessionId, toolCall, options } = params;
  if (typeof sessionId !== 'string' || !isRecord(toolCall) || !Array.isArray(options)) return undefined;
  const offered: { optionId: string; name: string; kind: string }[] = [];
  for (const option of options) {
    if (!isRecord(option) || typeof option['optionId'] !== 'string') return undefined;
    const { optionId, name, kind } = option;
    offered.push({ optionId, name: typeof name === 'string' ? name : optionId, kind: String(kind ?? '') });
  }
  return { agentSessionId: sessionId, toolCall, options: offered };
}

/** The permission requests of one process that wait for an answer. */
export class PermissionRequests {
  readonly #waiting = new Map<string, Set<() => void>>();

  /**
   * Puts a request to its conversation and resolves to the one answer the agent gets: the first of the listener's,
   * and `cancelled` when the agent withdraws it, its process ends or the conversation is forgotten.
   */
  ask(
    params: PermissionParams,
    sink: ConversationSink | undefined,
    withdrawnByAgent: AbortSignal,
  ): Promise<PermissionOutcome> {
    if (sink === undefined) return Promise.resolve({ outcome: 'cancelled' });
    const { agentSessionId, toolCall, options } = params;
    const withdrawal = new AbortController();
    return new Promise<PermissionOutcome>((resolve) => {
      const withdraw = () => {
        resolve({ outcome: 'cancelled' });
        this.#remove(agentSessionId, withdraw);
        withdrawal.abort();
      };
      const answer = (outcome: PermissionOutcome) => {
        resolve(outcome);
        this.#remove(agentSessionId, withdraw);
        withdrawnByAgent.removeEventListener('abort', withdraw);
      };
      this.#add(agentSessionId, withdraw);
      withdrawnByAgent.addEventListener('abort', withdraw, { once: true });
      sink.permission({ toolCall, options, answer, withdrawn: withdrawal.signal });
    });
  }

  /** Withdraws what waits in one conversation, or in all. */
  withdraw(agentSessionId?: string): void {
    const ids = agentSessionId === undefined ? [...this.#waiting.keys()] : [agentSessionId];
    for (const id of ids) for (const withdraw of [...(this.#waiting.get(id) ?? [])]) withdraw();
  }

  #add(agentSessionId: string, withdraw: () => void): void {
    const waiting = this.#waiting.get(agentSessionId);
    if (waiting === undefined) this.#waiting.set(agentSessionId, new Set([withdraw]));
    else waiting.add(withdraw);
  }

  #remove(agentSessionId: string, withdraw: () => void): void {
    const waiting = this.#waiting.get(agentSessionId);
    waiting?.delete(withdraw);
    if (waiting?.size === 0) this.#waiting.delete(agentSessionId);
  }
}
