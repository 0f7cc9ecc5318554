import type { AbortedTurns } from '@holdfast/protocol';
import { counted } from '../../counted.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSession } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import type { CommandArguments } from '../../parse-arguments.ts';

/** How long the answer waits for the turn's end. */
const waitMs = 20_000;

/** Cancels what runs in a session. */
export async function abortTurn(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches, positionals } = args;
  const [word = ''] = positionals;
  return onDaemon(args, async (client, signal) => {
    const session = client.session(await nameSession(client, word, signal));
    const options = { promptId: texts['prompt'], clearQueue: switches['queue'], waitMs, signal };
    const aborted = await session.abort(options);
    process.stdout.write(switches['json'] ? `${JSON.stringify(aborted)}\n` : abortedText(aborted));
    return exitCodes.ok;
  });
}

const states = {
  cancelled: 'cancelled',
  cancelling: 'is being cancelled; the agent takes its time',
  already_ended: 'had ended already',
} as const satisfies Record<AbortedTurns['prompts'][number]['state'], string>;

function abortedText({ prompts, cleared }: AbortedTurns): string {
  const lines = prompts.map(({ promptId, state }) => `${promptId} ${states[state]}`);
  const dropped = cleared.length === 0 ? [] : [`${counted(cleared.length, 'prompt')} that waited dropped`];
  const all = [...lines, ...dropped];
  return `${(all.length === 0 ? ['nothing was running'] : all).join('\n')}\n`;
}
