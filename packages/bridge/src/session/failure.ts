import { asDaemonError } from '@holdfast/protocol';
import type { Failure } from './command.ts';

/** An error as a turn's end tells it. */
export function failureOf(thrown: unknown): Failure {
  const { code, message, details } = asDaemonError(thrown);
  const { agentCode, quickCrashes } = details;
  return {
    code,
    message,
    agentCode: typeof agentCode === 'number' ? agentCode : undefined,
    isQuarantined: typeof quickCrashes === 'number',
  };
}
