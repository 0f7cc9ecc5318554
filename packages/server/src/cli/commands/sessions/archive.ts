import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSessions } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { batchText, inParts, isWhole } from '../../sessions/batch-outcome.ts';

/** Closes sessions and takes them out of the lists. */
export async function archiveSessions(args: CommandArguments): Promise<ExitCode> {
  return onDaemon(args, async (client, signal) => {
    const sessionIds = await nameSessions(client, args.positionals, signal);
    const parts = await inParts(sessionIds, (part) => client.archiveSessions(part, { signal }));
    const outcome = {
      archived: parts.flatMap(({ archived }) => archived),
      alreadyArchived: parts.flatMap(({ alreadyArchived }) => alreadyArchived),
      notFound: parts.flatMap(({ notFound }) => notFound),
      errors: parts.flatMap(({ errors }) => errors),
    };
    const text = batchText(
      [
        ['archived', outcome.archived],
        ['archived before', outcome.alreadyArchived],
      ],
      outcome,
    );
    process.stdout.write(args.switches['json'] ? `${JSON.stringify(outcome)}\n` : text);
    return isWhole(outcome) ? exitCodes.ok : exitCodes.failed;
  });
}
