import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { onDaemon } from '../../on-daemon.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { directoryOf } from '../../sessions/list-query.ts';

/** Takes over a session that an agent keeps by itself. */
export async function importAgentSession(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches, positionals } = args;
  const [agent = '', agentSessionId = ''] = positionals;
  const cwd = texts['cwd'] === undefined ? undefined : directoryOf(texts['cwd'], texts['url']);
  return onDaemon(args, async (client, signal) => {
    const session = await client.importAgentSession(agent, agentSessionId, { cwd, signal });
    process.stdout.write(
      switches['json']
        ? `${JSON.stringify(session.created)}\n`
        : `${session.sessionId} imported: ${agent} goes on with what it remembers\n`,
    );
    return exitCodes.ok;
  });
}
