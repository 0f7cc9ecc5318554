import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSessions } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { batchText, inParts, isWhole } from '../../sessions/batch-outcome.ts';

/** Puts archived sessions back into the lists. */
export async function unarchiveSessions(args: CommandArguments): Promise<ExitCode> {
  return onDaemon(args, async (client, signal) => {
    const sessionIds = await nameSessions(client, args.positionals, signal);
    const parts = await inParts(sessionIds, (part) => client.unarchiveSessions(part, { signal }));
    const outcome = {
      unarchived: parts.flatMap(({ unarchived }) => unarchived),
      alreadyActive: parts.flatMap(({ alreadyActive }) => alreadyActive),
      notFound: parts.flatMap(({ notFound }) => notFound),
      errors: parts.flatMap(({ errors }) => errors),
    };
    const text = batchText(
      [
        ['back in the lists', outcome.unarchived],
        ['not archived', outcome.alreadyActive],
      ],
      outcome,
    );
    process.stdout.write(args.switches['json'] ? `${JSON.stringify(outcome)}\n` : text);
    return isWhole(outcome) ? exitCodes.ok : exitCodes.failed;
  });
}
