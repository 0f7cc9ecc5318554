import { homedir } from 'node:os';
import { DaemonError, type SessionRow } from '@holdfast/protocol';
import { loadConfig } from '../../config/load-config.ts';
import { CommandFailure } from '../command-failure.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { clientOf, findDaemon } from '../find-daemon.ts';
import { commandLine, invocation } from '../invocation.ts';
import type { CommandArguments } from '../parse-arguments.ts';
import { oneLine } from '../run/answer-view.ts';

/** Lists the sessions of the running daemon. @throws CommandFailure when none runs */
export async function sessions({ daemonFlags, texts, switches }: CommandArguments): Promise<ExitCode> {
  const limit = limitOf(texts['limit'] ?? '50');
  const config = loadConfig(daemonFlags, { env: process.env, cwd: process.cwd(), homeDir: homedir() });
  const daemon = await findDaemon(config, texts['url']);
  if (daemon === undefined) {
    throw new CommandFailure(
      `no daemon runs on ${config.stateDir}`,
      `start one with ${commandLine(invocation(process.env), ['serve'])}, or name another with --state-dir or --url`,
    );
  }
  const page = await clientOf(daemon).listSessions({ limit });
  process.stdout.write(switches['json'] ? `${JSON.stringify(page)}\n` : sessionTable(page.sessions));
  const isCut = page.nextCursor !== undefined && !switches['json'];
  if (isCut) process.stderr.write(`${page.sessions.length} of ${page.total} sessions; --limit shows more\n`);
  return exitCodes.ok;
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 200) return limit;
  throw new DaemonError(
    'invalid_option',
    `--limit must be a whole number of sessions from 1 to 200; got ${JSON.stringify(text)}`,
  );
}

const titleWidth = 60;

/** The rows as a table: id, state, agent, last activity (UTC), directory, title. */
export function sessionTable(rows: readonly SessionRow[]): string {
  if (rows.length === 0) return 'no sessions yet\n';
  const cells = rows.map((row) => [
    row.sessionId,
    row.isWaitingForPermission ? 'permission?' : row.state,
    row.agent,
    row.updatedAt.slice(0, 16).replace('T', ' '),
    row.workspaceCwd,
    shorten(oneLine(row.title ?? ''), titleWidth),
  ]);
  const table = [['SESSION', 'STATE', 'AGENT', 'ACTIVE (UTC)', 'DIRECTORY', 'TITLE'], ...cells];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  return table
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

const shorten = (text: string, width: number) =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;
