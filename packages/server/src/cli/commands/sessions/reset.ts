import type { NewGeneration } from '@holdfast/protocol';
import { DaemonError } from '@holdfast/protocol';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameCheckpoint } from '../../name-checkpoint.ts';
import { nameSession } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import { wholeNumber } from '../../option-values.ts';
import type { CommandArguments } from '../../parse-arguments.ts';

/** Begins the conversation of a session anew, with nothing or with the history up to a checkpoint. */
export async function resetSession(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches, positionals } = args;
  const [word = ''] = positionals;
  const { to } = texts;
  const drops = switches['drop-queue'] === true;
  if (to !== undefined && drops)
    throw new DaemonError(
      'invalid_option',
      '--to keeps what waits, so --drop-queue cannot be given with it: leave one out',
    );
  const expectedGeneration = generationOf(texts['if-generation']);
  return onDaemon(args, async (client, signal) => {
    const session = client.session(await nameSession(client, word, signal));
    const begun =
      to === undefined
        ? await session.reset({ queue: drops ? 'drop' : 'keep', expectedGeneration, signal })
        : await session.checkpoints.restore(await nameCheckpoint(session, to, signal), {
            expectedGeneration,
            signal,
          });
    process.stdout.write(switches['json'] ? `${JSON.stringify(begun)}\n` : resetText(begun, word));
    return exitCodes.ok;
  });
}

function generationOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return wholeNumber({ flag: 'if-generation', text }, { minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
}

/** What the reset came to, and the way back. */
function resetText({ generation, context, checkpointId }: NewGeneration, word: string): string {
  const wayBack =
    checkpointId === undefined
      ? ''
      : `  the way back: holdfast sessions reset ${word} --to ${checkpointId}\n`;
  return `generation ${generation} begins; the agent's context is ${context}\n${wayBack}`;
}
