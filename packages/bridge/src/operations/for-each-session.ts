import { DaemonError, parseSessionId, type SessionId } from '@holdfast/protocol';
import type { Core } from '../core.ts';

/** What became of a batch, each session once and in the order given. */
export interface BatchOutcome<Outcome> {
  readonly done: readonly { readonly sessionId: SessionId; readonly outcome: Outcome }[];
  readonly notFound: string[];
  readonly errors: { sessionId: string; error: string; code: string }[];
}

/** Does the same to many sessions, one after the other, and says which could not be done and why. Never throws. */
export async function forEachSession<Outcome>(
  core: Core,
  sessionIds: readonly string[],
  act: (sessionId: SessionId) => Promise<Outcome>,
): Promise<BatchOutcome<Outcome>> {
  const done: { sessionId: SessionId; outcome: Outcome }[] = [];
  const notFound: string[] = [];
  const errors: { sessionId: string; error: string; code: string }[] = [];
  for (const text of new Set(sessionIds)) {
    const sessionId = parseSessionId(text);
    if (sessionId === undefined) {
      notFound.push(text);
      continue;
    }
    try {
      done.push({ sessionId, outcome: await act(sessionId) });
    } catch (error) {
      if (error instanceof DaemonError && error.code === 'session_not_found') notFound.push(text);
      else errors.push(failureOf(core, text, error));
    }
  }
  return { done, notFound, errors };
}

function failureOf(core: Core, sessionId: string, error: unknown) {
  if (error instanceof DaemonError) return { sessionId, error: error.message, code: error.code };
  core.logger.error({ sessionId, err: error }, 'a session of a batch failed');
  return { sessionId, error: 'an unexpected error; the log has it', code: 'internal' };
}
