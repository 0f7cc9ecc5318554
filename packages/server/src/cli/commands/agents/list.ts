import type { AgentList } from '@holdfast/protocol';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { onDaemon } from '../../on-daemon.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { oneLine } from '../../run/answer-view.ts';
import { textTable } from '../../text-table.ts';

/** Lists the agents of the running daemon. @throws CommandFailure when none runs */
export async function listAgents(args: CommandArguments): Promise<ExitCode> {
  return onDaemon(args, async (client, signal) => {
    const list = await client.listAgents({ signal });
    process.stdout.write(args.switches['json'] ? `${JSON.stringify(list)}\n` : agentTable(list));
    return exitCodes.ok;
  });
}

/** One line for each: name, whether it can run, version, sessions, title. */
export function agentTable({ agents }: AgentList): string {
  const lines = agents.map(
    ({ agent, title, isDefault, available, unavailableReason = '', version = '', sessions }) => [
      { text: isDefault ? `${agent} *` : agent },
      { text: available ? 'ready' : 'missing' },
      { text: oneLine(version) },
      { text: String(sessions) },
      { text: oneLine(available ? title : `${title}: ${unavailableReason}`) },
    ],
  );
  const head = ['AGENT', 'STATE', 'VERSION', 'SESSIONS', 'TITLE'].map((text) => ({ text }));
  return textTable([head, ...lines])
    .map((line) => `${line}\n`)
    .join('');
}
