import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSession } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import { wholeNumber } from '../../option-values.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { sessionSheet } from '../../sessions/session-sheet.ts';
import { stdoutSurroundings } from '../../sessions/stdout-surroundings.ts';

/** Shows what a session is, what waits in it, its ways back, and what was said last. */
export async function showSession(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches, positionals } = args;
  const [word = ''] = positionals;
  const turns = wholeNumber({ flag: 'turns', text: texts['turns'] ?? '3' }, { minimum: 0, maximum: 1_000 });
  return onDaemon(args, async (client, signal) => {
    const handle = client.session(await nameSession(client, word, signal));
    const [session, messages, checkpoints, generations] = await Promise.all([
      handle.describe({ signal }),
      turns === 0 ? { entries: [] } : handle.messages({ limit: turns, signal }),
      handle.checkpoints.list({ signal }),
      handle.generations({ signal }),
    ]);
    const facts = { session, messages, checkpoints, generations };
    const { nowMs, paint } = stdoutSurroundings();
    process.stdout.write(
      switches['json']
        ? `${JSON.stringify(facts)}\n`
        : sessionSheet(facts, { nowMs, paint, isFull: switches['full'] === true }),
    );
    return exitCodes.ok;
  });
}
