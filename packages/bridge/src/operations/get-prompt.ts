import { DaemonError, type PromptId, type PromptOutcome, type SessionId } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { PromptEnd, PromptRecord } from '../ports/prompt-record.ts';
import { decodeEntry } from '../session/envelope.ts';
import { pendingIn } from '../session/prompt-records.ts';

/** What became of one accepted prompt, however long ago. Cost does not grow with the session's history. */
export async function getPrompt(
  core: Core,
  sessionId: SessionId,
  promptId: PromptId,
): Promise<PromptOutcome> {
  const session = await core.registry.wake(sessionId);
  const pending = pendingIn(session.state, promptId);
  // What was decided of it and is not recorded yet must not be told.
  await session.written();
  const record = await core.journal.findPrompt(promptId);
  if (record?.sessionId !== sessionId) throw unknownPrompt(sessionId, promptId);
  const { generation, queuedAt, end } = record;
  const known = { sessionId, promptId, generation, queuedAt };
  if (end !== null) return { ...known, ...toldOf(end), ...(await saidAtEnd(core, record, end)) };
  const startedAt = pending?.startedAt ?? undefined;
  return { ...known, state: startedAt === undefined ? 'queued' : 'running', startedAt };
}

/** The refusal for an id that names no prompt of the session. */
export const unknownPrompt = (sessionId: SessionId, promptId: string): DaemonError =>
  new DaemonError('prompt_not_found', `session ${sessionId} never accepted a prompt "${promptId}"`, {
    sessionId,
    promptId,
  });

const toldOf = ({ state, startedAt, endedAt }: PromptEnd) => ({
  state,
  startedAt: startedAt ?? undefined,
  endedAt,
});

/** What its terminal says; nothing where that is damaged or gone. */
async function saidAtEnd(
  { journal }: Core,
  { sessionId, promptId }: PromptRecord,
  { seq }: PromptEnd,
): Promise<Pick<PromptOutcome, 'stopReason' | 'usage' | 'error'>> {
  const [recorded] = await journal.read(sessionId, seq - 1, { maxEvents: 1, maxBytes: 1 });
  if (recorded?.seq !== seq || recorded.type === 'journal_gap') return {};
  const { entry } = decodeEntry(recorded);
  if (entry.kind !== 'event' || entry.promptId !== promptId) return {};
  switch (entry.type) {
    case 'turn_complete':
      return { stopReason: entry.data.stopReason, usage: entry.data.usage };
    case 'turn_error': {
      const { code, message, agentCode } = entry.data;
      return { error: { code, message, agentCode } };
    }
    default:
      return {};
  }
}
