import { CommandFailure } from './command-failure.ts';
import { openTerminal, type Terminal } from './terminal-question.ts';

export interface Confirmation {
  /** A question that yes or no answers. */
  readonly question: string;
  /** Whether the command line said yes already. */
  readonly isYes: boolean;
  readonly signal: AbortSignal;
}

/** Asks before what cannot be undone. @throws CommandFailure where nobody can be asked */
export async function confirm(
  { question, isYes, signal }: Confirmation,
  open: () => Terminal | undefined = openTerminal,
): Promise<boolean> {
  if (isYes) return true;
  const terminal = open();
  if (terminal === undefined) {
    throw new CommandFailure(
      `there is no terminal to ask at: ${question}`,
      'nothing was done; --yes does it without being asked',
    );
  }
  try {
    const answer = await terminal.ask(`${question} [y/N] `, signal);
    return /^\s*y(es)?\s*$/i.test(answer ?? '');
  } finally {
    terminal.close();
  }
}
