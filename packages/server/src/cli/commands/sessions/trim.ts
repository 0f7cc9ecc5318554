import { DaemonError, type Trimmed, type TrimSessionBody } from '@holdfast/protocol';
import { confirm } from '../../confirm.ts';
import { counted } from '../../counted.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSession } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import { wholeNumber } from '../../option-values.ts';
import type { CommandArguments } from '../../parse-arguments.ts';

/** Cuts the oldest turns off the conversation of a session. @throws invalid_option */
export async function trimSession(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches, positionals } = args;
  const [word = ''] = positionals;
  const cut = whereToCut(texts);
  const isErased = switches['erase'] === true;
  return onDaemon(args, async (client, signal) => {
    const session = client.session(await nameSession(client, word, signal));
    const question = `Erase the oldest turns of ${word} for good?`;
    if (isErased && !(await confirm({ question, isYes: switches['yes'] === true, signal }))) {
      process.stderr.write('nothing was trimmed\n');
      return exitCodes.failed;
    }
    const trimmed = await session.trim({ ...cut, archive: !isErased, signal });
    process.stdout.write(switches['json'] ? `${JSON.stringify(trimmed)}\n` : trimmedText(trimmed, isErased));
    return exitCodes.ok;
  });
}

function whereToCut({
  keep,
  before,
}: CommandArguments['texts']): Pick<TrimSessionBody, 'keepTurns' | 'beforeEventId'> {
  const bounds = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
  if (keep !== undefined && before === undefined)
    return { keepTurns: wholeNumber({ flag: 'keep', text: keep }, bounds) };
  if (before !== undefined && keep === undefined)
    return { beforeEventId: wholeNumber({ flag: 'before', text: before }, bounds) };
  throw new DaemonError(
    'invalid_option',
    'say where to cut, in one way: --keep N (so many turns stay) or --before EVENT',
  );
}

/** What went and what stays. */
function trimmedText(
  { trimmedTurns, keptTurns, earliestEventId, context }: Trimmed,
  isErased: boolean,
): string {
  const cut = `${counted(trimmedTurns, 'turn')} trimmed, ${counted(keptTurns, 'turn')} kept`;
  const erased = isErased ? 'what was before it is erased, earlier trims included; ' : '';
  return `${cut}: the conversation begins at event ${earliestEventId}; ${erased}the agent's context is ${context}\n`;
}
