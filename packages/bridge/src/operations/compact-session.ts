import {
  type CompactionAccepted,
  type CompactSessionBody,
  promptIdFrom,
  promptIdOf,
  type SessionId,
} from '@holdfast/protocol';
import type { Admission, Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import { compactionDeadlineMs } from '../session/compaction-policy.ts';
import { placeOf } from '../session/decide-prompt.ts';
import { checkpointIdFrom } from './begin-anew.ts';
import { admitPrompt, defaultDeadlineMs, touch } from './prompt-session.ts';

interface CompactionRequest extends Pick<CompactSessionBody, 'strategy' | 'interrupt'> {
  readonly instructions?: string | null;
}

/** Admits a turn that compacts the agent's context. @throws session_not_found, capability_missing, prompt_queue_full */
export async function compactSession(
  core: Core,
  sessionId: SessionId,
  { strategy, instructions = null, interrupt = false }: CompactionRequest,
  caller: Caller,
): Promise<Admission<CompactionAccepted>> {
  const session = await core.registry.wake(sessionId);
  touch(core, session, caller);
  const { result: answer, isReplayed } = await core.requests.once<CompactionAccepted>(
    caller,
    { operation: 'compactSession', sessionId, whileRunning: 'join' },
    async (keep) => {
      const promptId = promptIdFrom(core.ids.uuid());
      const checkpointId = checkpointIdFrom(core.ids.uuid());
      const onBusy = interrupt ? 'interrupt' : 'queue';
      const place = placeOf(session.state.phase, onBusy);
      const lastEventId = session.lastSeq;
      const accepted = { promptId, checkpointId, lastEventId, eventEpoch: core.epoch, ...place };
      const deadlineMs = defaultDeadlineMs(core) ?? compactionDeadlineMs;
      const clientId = caller.clientId ?? null;
      const asked = { promptId, strategy, instructions, checkpointId, clientId, deadlineMs, onBusy } as const;
      const alongWith = () => ({ keys: keep(accepted, sessionId) });
      await admitPrompt(core, session, { kind: 'compact', ...asked }, alongWith);
      return accepted;
    },
    (stored: CompactionAccepted) => stored,
  );
  return {
    answer,
    isReplayed,
    release(headStartMs) {
      // Whose request it is answers first; one that joined it, or came later, holds nothing back.
      if (!isReplayed) session.admissions.release(promptIdOf(answer.promptId), headStartMs);
    },
  };
}
