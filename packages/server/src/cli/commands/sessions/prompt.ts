import { systemClock } from '@holdfast/bridge';
import { DaemonError } from '@holdfast/protocol';
import type { HoldfastClient } from '@holdfast/sdk';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSession } from '../../name-session.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { reachDaemon } from '../../reach-daemon.ts';
import { type Interruption, type PromptTurn, promptTurn } from '../../run/prompt-turn.ts';
import { allowOf, readPrompt } from '../../run/run-request.ts';
import { listenForStop } from '../../stop-signals.ts';

/** How long the farewell to the daemon may take. */
const farewellMs = 5_000;

/** Prompts a session that is there and streams the answer. */
export async function promptSession(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches, positionals } = args;
  const [word = '', given = ''] = positionals;
  const request: PromptTurn = {
    allow: allowOf(texts['allow'], switches['yes'] ?? false),
    prompt: await readPrompt(given),
    mode: modeOf(switches),
    isJson: switches['json'] ?? false,
  };
  const cancel = new AbortController();
  const quit = new AbortController();
  const unlisten = listenForStop(systemClock, { onStop: () => cancel.abort(), onInsist: () => quit.abort() });
  try {
    return await promptNamed(await reachDaemon(args), word, request, {
      cancel: cancel.signal,
      quit: quit.signal,
    });
  } catch (error) {
    // Interrupted before the turn began: what was aborted rejects, and that is what was asked for.
    if (cancel.signal.aborted) return exitCodes.cancelled;
    throw error;
  } finally {
    unlisten();
  }
}

/** @throws invalid_option */
function modeOf(switches: CommandArguments['switches']): PromptTurn['mode'] {
  const modes = { interrupt: 'interrupt', inject: 'inject', 'if-idle': 'reject' } as const;
  const asked = Object.entries(modes).filter(([flag]) => switches[flag] === true);
  if (asked.length > 1) {
    const flags = asked.map(([flag]) => `--${flag}`).join(' and ');
    throw new DaemonError('invalid_option', `${flags} cannot be given together: leave one out`);
  }
  return asked[0]?.[1];
}

async function promptNamed(
  client: HoldfastClient,
  word: string,
  request: PromptTurn,
  interruption: Interruption,
): Promise<ExitCode> {
  const { cancel: signal } = interruption;
  const session = client.session(await nameSession(client, word, signal));
  try {
    // Whoever names a closed session wants it to go on, also one that somebody closed.
    if ((await session.describe({ signal })).state === 'closed') await session.load({ signal });
    return await promptTurn(session, request, interruption);
  } finally {
    // One that we brought back is as closed as before when nobody else came; otherwise it stays as it is.
    const isRegistered = session.clientId !== undefined;
    if (isRegistered) await session.detach({ signal: AbortSignal.timeout(farewellMs) }).catch(() => {});
  }
}
