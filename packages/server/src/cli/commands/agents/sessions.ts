import type { AgentSessionPage } from '@holdfast/protocol';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { onDaemon } from '../../on-daemon.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { oneLine } from '../../run/answer-view.ts';
import { directoryOf } from '../../sessions/list-query.ts';
import { textTable } from '../../text-table.ts';

/** Lists what an agent keeps by itself. */
export async function listAgentSessions(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches, positionals } = args;
  const [agent = ''] = positionals;
  const cwd = texts['cwd'] === undefined ? undefined : directoryOf(texts['cwd'], texts['url']);
  return onDaemon(args, async (client, signal) => {
    const page = await client.listAgentSessions(agent, { cwd, cursor: texts['cursor'], signal });
    process.stdout.write(switches['json'] ? `${JSON.stringify(page)}\n` : agentSessionTable(page));
    if (page.nextCursor !== undefined && !switches['json'])
      process.stderr.write(`there are more: --cursor ${oneLine(page.nextCursor)}\n`);
    return exitCodes.ok;
  });
}

/** One line for each; those that are sessions here already name it. */
export function agentSessionTable({ agent, sessions, nextCursor }: AgentSessionPage): string {
  // Those of directories that are not served here are left out, so that a page may have none.
  if (sessions.length === 0) return nextCursor === undefined ? `${agent} keeps no sessions here\n` : '';
  const lines = sessions.map(({ agentSessionId, cwd, title = '', updatedAt = '', sessionId }) => [
    { text: oneLine(agentSessionId) },
    { text: oneLine(updatedAt) },
    { text: oneLine(cwd) },
    { text: sessionId?.slice(0, 8) ?? '-' },
    { text: oneLine(title) },
  ]);
  const head = ['AGENT SESSION', 'ACTIVE', 'DIRECTORY', 'HERE', 'TITLE'].map((text) => ({ text }));
  return textTable([head, ...lines])
    .map((line) => `${line}\n`)
    .join('');
}
