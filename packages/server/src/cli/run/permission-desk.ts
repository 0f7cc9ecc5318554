import type { EventData } from '@holdfast/protocol';
import { HoldfastError, type Session } from '@holdfast/sdk';
import type { Terminal } from '../terminal-question.ts';
import {
  type Choice,
  choiceFromAnswer,
  choiceWithoutAsking,
  permissionTitle,
  questionText,
} from './permission-choice.ts';

export interface PermissionDeskOptions {
  readonly session: Session;
  readonly allow: 'ask' | 'all' | 'none';
  /** Absent: nobody can be asked. */
  readonly terminal: Terminal | undefined;
  /** Says something beside the answer. */
  readonly say: (text: string) => void;
}

type Request = EventData<'permission_request'>;

/** Answers the agent's permission requests: one question at a time, in the order in which they came. */
export function permissionDesk({ session, allow, terminal, say }: PermissionDeskOptions) {
  const open = new Map<string, AbortController>();
  let last: Promise<void> = Promise.resolve();

  const vote = async (requestId: string, choice: Choice | undefined) => {
    const outcome =
      choice === undefined
        ? { outcome: 'cancelled' as const }
        : { outcome: 'selected' as const, optionId: choice.optionId };
    try {
      await session.vote(requestId, outcome);
    } catch (error) {
      // Somebody else answered first, or the turn ended: what was decided is in the stream.
      if (!(error instanceof HoldfastError)) throw error;
      if (error.code !== 'permission_not_found') say(`the answer was not taken: ${error.message}\n`);
    }
  };

  const answer = async ({ requestId, toolCall, options }: Request, signal: AbortSignal) => {
    if (signal.aborted) return;
    const title = permissionTitle(toolCall);
    if (allow !== 'ask') {
      const choice = choiceWithoutAsking(allow, options);
      say(`${choice?.kind.startsWith('allow') ? 'granted' : 'refused'}: ${title}\n`);
      return vote(requestId, choice);
    }
    if (terminal === undefined) {
      say(`refused: ${title} (no terminal to ask at; --allow all grants)\n`);
      return vote(requestId, choiceWithoutAsking('none', options));
    }
    const choice = await ask(terminal, title, options, { say, signal });
    if (choice === 'withdrawn') return;
    if (choice === 'cancel') return session.cancel();
    return vote(requestId, choice);
  };

  return {
    /** Takes a request; the stream goes on meanwhile. */
    take(request: Request): void {
      const controller = new AbortController();
      open.set(request.requestId, controller);
      last = last
        .then(() => answer(request, controller.signal))
        .catch((error: unknown) => {
          say(`the question could not be asked: ${error instanceof Error ? error.message : String(error)}\n`);
        });
    },
    /** Somebody answered, or the agent withdrew it. */
    settle(requestId: string): void {
      open.get(requestId)?.abort();
      open.delete(requestId);
    },
    /** Withdraws what is open and gives the terminal back. */
    async close(): Promise<void> {
      for (const controller of open.values()) controller.abort();
      await last;
      terminal?.close();
    },
  };
}

/** Asks until the answer means something. */
async function ask(
  terminal: Terminal,
  title: string,
  options: readonly Choice[],
  { say, signal }: { readonly say: (text: string) => void; readonly signal: AbortSignal },
): Promise<Choice | 'cancel' | 'withdrawn' | undefined> {
  say(questionText(title, options));
  while (!signal.aborted) {
    try {
      const line = await terminal.ask(`Choose 1-${options.length}, or c to cancel the turn: `, signal);
      if (line === undefined) return choiceWithoutAsking('none', options);
      const choice = choiceFromAnswer(line, options);
      if (choice !== undefined) return choice;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
  say('\n(no answer is needed any more)\n');
  return 'withdrawn';
}
