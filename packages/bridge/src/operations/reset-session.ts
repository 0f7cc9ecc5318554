import type { NewGeneration, ResetSessionBody, SessionId } from '@holdfast/protocol';
import type { Answered, Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import { beginAnew, checkpointIdFrom } from './begin-anew.ts';
import { touch } from './prompt-session.ts';

/** Begins a session's conversation anew with nothing. @throws session_not_found, session_changed */
export async function resetSession(
  core: Core,
  sessionId: SessionId,
  { reason, queue, expectedGeneration }: ResetSessionBody,
  caller: Caller,
): Promise<Answered<NewGeneration>> {
  const session = await core.registry.wake(sessionId);
  touch(core, session, caller);
  const { result, isReplayed } = await core.requests.once<NewGeneration>(
    caller,
    { operation: 'resetSession', sessionId, whileRunning: 'refuse' },
    (keep) => {
      const checkpointId = checkpointIdFrom(core.ids.uuid());
      const { clientId } = caller;
      const command = { kind: 'reset', reason, queue, expectedGeneration, checkpointId, clientId } as const;
      return beginAnew(core, session, command, keep);
    },
    (stored: NewGeneration) => stored,
  );
  return { answer: result, isReplayed };
}
