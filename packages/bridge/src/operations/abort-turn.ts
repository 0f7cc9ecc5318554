import {
  type AbortBody,
  type AbortedPrompt,
  type AbortedTurns,
  DaemonError,
  type PromptId,
  promptIdOf,
  type SessionId,
} from '@holdfast/protocol';
import type { Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import type { AbortRequest } from '../session/command.ts';
import { planAbort } from '../session/decide-abort.ts';
import type { Session } from '../session/session.ts';
import { closedReasonOf, isPending } from '../session/state.ts';
import { unknownPrompt } from './get-prompt.ts';
import { touch } from './prompt-session.ts';

/** Ends a prompt as cancelled, running, waiting or waiting for its agent; says what became of it by then. */
export async function abortTurn(
  core: Core,
  sessionId: SessionId,
  body: AbortBody,
  caller: Caller,
): Promise<AbortedTurns> {
  const session = await core.registry.wakeComing(sessionId);
  touch(core, session, caller);
  const { clearQueue: clearsQueue = false, waitMs = 0 } = body;
  const promptId = body.promptId === undefined ? undefined : promptIdOf(body.promptId);
  if (promptId !== undefined) await requireOwn(core, session, promptId);
  const isClosed = closedReasonOf(session.state.phase) !== null;
  // What ended is ended, in a closed session too.
  if (promptId !== undefined && isClosed) return { prompts: [alreadyEnded(promptId)], cleared: [] };
  const { stopping, removed, cleared } = await execute(core, session, { promptId, clearsQueue }, caller);
  if (stopping.length > 0 && waitMs > 0) await ended(core, session, stopping, waitMs);
  const stopped = await Promise.all(stopping.map((id) => stateOf(core, session, id)));
  const gone = removed.map((id): AbortedPrompt => ({ promptId: id, state: 'cancelled' }));
  const isNamed = promptId === undefined || stopping.includes(promptId) || removed.includes(promptId);
  return {
    prompts: [...(isNamed ? [] : [alreadyEnded(promptId)]), ...stopped, ...gone],
    cleared: [...cleared],
  };
}

/** Cancels the running turn, or the one that is about to be. */
export async function cancelTurn(core: Core, sessionId: SessionId, caller: Caller): Promise<void> {
  const session = await core.registry.wakeComing(sessionId);
  touch(core, session, caller);
  await execute(core, session, { clearsQueue: false }, caller);
}

/** Decides the abort once no answer is on its way: no terminal may overtake the answer of the prompt it ends. */
async function execute(core: Core, session: Session, request: AbortRequest, { clientId }: Caller) {
  // Asked anew after each wait: between its end and this call another prompt may have come.
  while (!session.admissions.isSettled) await session.admissions.settled();
  const plan = planAbort(session.state.phase, request);
  await session.execute({ kind: 'abort', ...request, clientId });
  const { stopping, removed, cleared } = plan;
  if (stopping.length + removed.length + cleared.length > 0) {
    core.logger.info({ sessionId: session.id, ...plan, clientId }, 'turn aborted');
  }
  return plan;
}

/** @throws prompt_not_found, prompt_mismatch */
async function requireOwn({ journal }: Core, session: Session, promptId: PromptId): Promise<void> {
  if (isPending(session.state.phase, promptId)) return;
  const known = await journal.findPrompt(promptId);
  if (known === undefined) throw unknownPrompt(session.id, promptId);
  if (known.sessionId === session.id) return;
  throw new DaemonError(
    'prompt_mismatch',
    `prompt "${promptId}" belongs to session ${known.sessionId}, not to ${session.id}; abort it there`,
    { sessionId: session.id, promptId, ownerSessionId: known.sessionId },
  );
}

/** Waits until the prompts have their terminals, at most `waitMs`. */
async function ended(
  { clock }: Core,
  session: Session,
  ids: readonly PromptId[],
  waitMs: number,
): Promise<void> {
  const patience = Promise.withResolvers<void>();
  const stop = clock.after(waitMs, patience.resolve);
  await Promise.race([
    session.until(({ phase }) => !ids.some((promptId) => isPending(phase, promptId))),
    patience.promise,
  ]);
  stop();
}

async function stateOf({ journal }: Core, session: Session, promptId: PromptId): Promise<AbortedPrompt> {
  if (isPending(session.state.phase, promptId)) return { promptId, state: 'cancelling' };
  await session.written();
  const record = await journal.findPrompt(promptId);
  // Its end is decided, but was not recorded yet.
  if (record?.end === null) return { promptId, state: 'cancelling' };
  // One that was late, or failed first, ended so.
  return { promptId, state: record?.end.state === 'cancelled' ? 'cancelled' : 'already_ended' };
}

const alreadyEnded = (promptId: PromptId): AbortedPrompt => ({ promptId, state: 'already_ended' });
