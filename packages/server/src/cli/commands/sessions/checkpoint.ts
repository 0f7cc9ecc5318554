import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSession } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import type { CommandArguments } from '../../parse-arguments.ts';

/** Marks the end of the last finished turn of a session. */
export async function createCheckpoint(args: CommandArguments): Promise<ExitCode> {
  const [word = ''] = args.positionals;
  return onDaemon(args, async (client, signal) => {
    const session = client.session(await nameSession(client, word, signal));
    const checkpoint = await session.checkpoints.create({ name: args.texts['name'], signal });
    const { checkpointId, generation, eventId } = checkpoint;
    process.stdout.write(
      args.switches['json']
        ? `${JSON.stringify(checkpoint)}\n`
        : `${checkpointId}  generation ${generation} up to event ${eventId}\n`,
    );
    return exitCodes.ok;
  });
}
