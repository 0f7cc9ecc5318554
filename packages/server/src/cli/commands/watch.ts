import { systemClock } from '@holdfast/bridge';
import { DaemonError } from '@holdfast/protocol';
import { type HoldfastClient, HoldfastError } from '@holdfast/sdk';
import { CommandFailure } from '../command-failure.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { nameSession } from '../name-session.ts';
import { onDaemon } from '../on-daemon.ts';
import type { CommandArguments } from '../parse-arguments.ts';
import { stdoutSurroundings } from '../sessions/stdout-surroundings.ts';
import { indexView } from '../watch/index-view.ts';
import { sessionView } from '../watch/session-view.ts';
import { writePieces } from '../write-pieces.ts';

/** How a watch is shown, and what ends it. */
interface Watching {
  readonly isJson: boolean;
  readonly signal: AbortSignal;
}

/** Shows what happens in one session, or which sessions change, until it is interrupted or the session ends. */
export async function watch(args: CommandArguments): Promise<ExitCode> {
  const { positionals, switches } = args;
  const [word] = positionals;
  const isJson = switches['json'] === true;
  const isAll = switches['all'] === true;
  if (word === undefined && isAll)
    throw new DaemonError(
      'invalid_option',
      '--all is the history of one session: name a SESSION, or leave it out',
    );
  await onDaemon(args, async (client, signal) => {
    if (word === undefined) await watchIndex(client, { isJson, signal });
    else await watchSession(client, word, { isJson, isAll, signal });
    return exitCodes.ok;
  });
  // Ctrl-C is how a watch ends.
  return exitCodes.ok;
}

async function watchSession(
  client: HoldfastClient,
  word: string,
  { isJson, isAll, signal }: Watching & { readonly isAll: boolean },
): Promise<void> {
  const session = client.session(await nameSession(client, word, signal));
  const view = sessionView();
  try {
    for await (const event of session.events({ after: isAll ? 0 : undefined, signal })) {
      await writePieces(isJson ? [line(event)] : view.take(event));
    }
  } catch (error) {
    throw isClosed(error) ? new CommandFailure(error.message, closedRemedy, { cause: error }) : error;
  }
  await writePieces(isJson ? [] : view.endLine());
}

const closedRemedy =
  'watch it with --all to see what happened; holdfast sessions prompt SESSION PROMPT goes on with it';

const isClosed = (error: unknown): error is HoldfastError =>
  error instanceof HoldfastError && error.code === 'session_not_found' && error.details['state'] === 'closed';

async function watchIndex(client: HoldfastClient, { isJson, signal }: Watching): Promise<void> {
  const { width, paint } = stdoutSurroundings();
  const view = indexView({ width, paint });
  for await (const event of client.watchSessions({ signal })) {
    const text = isJson ? line(event).text : view.take(event, systemClock.now());
    if (text !== '') await writePieces([{ to: 'answer', text }]);
  }
}

const line = (event: object) => ({ to: 'answer' as const, text: `${JSON.stringify(event)}\n` });
