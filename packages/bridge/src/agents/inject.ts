import { type AgentSessionId, DaemonError } from '@holdfast/protocol';
import type { InjectionOutcome } from '../ports/agents.ts';
import { isRecord } from './records.ts';
import type { TimedRequests } from './timed-requests.ts';

/** The extension that agents share for messages to a running turn; no stable ACP method does it. */
const method = '_session/steering';
/** An agent only takes note of the message, so that it answers at once (ms). */
const timeoutMs = 5_000;

/** Sends a message into the running turn. @throws agent_error when the agent did not say whether it took it */
export async function injectIntoTurn(
  requests: TimedRequests,
  message: {
    readonly sessionId: AgentSessionId;
    readonly prompt: readonly unknown[];
    readonly meta: unknown;
  },
): Promise<InjectionOutcome> {
  const { sessionId, prompt, meta } = message;
  // Once the turn is over the agent must not begin one that nobody waits for.
  const steering = { idleBehavior: 'promptRequired' };
  const _meta = { ...(isRecord(meta) ? meta : {}), steering };
  const answer = await answered(
    requests.send(method, { sessionId, prompt, _meta }, { timeoutMs, code: 'agent_error' }),
  );
  const outcome = isRecord(answer) ? outcomes[String(answer['outcome'])] : undefined;
  if (outcome === undefined) throw requests.malformed(method, 'a known outcome');
  return outcome;
}

/** A turn that an agent began in spite of the request is its answer to the message: it must not be sent again. */
const outcomes: Readonly<Record<string, InjectionOutcome>> = {
  injected: 'taken',
  startedNewTurn: 'taken',
  promptRequired: 'refused',
  failed: 'refused',
};

/** An error that the agent answers is a refusal. */
async function answered(request: Promise<unknown>): Promise<unknown> {
  try {
    return await request;
  } catch (error) {
    const isAnswer = error instanceof DaemonError && typeof error.details['agentCode'] === 'number';
    if (isAnswer) return { outcome: 'failed' };
    throw error;
  }
}
