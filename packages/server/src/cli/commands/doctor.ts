import { homedir } from 'node:os';
import { styleText } from 'node:util';
import { DaemonError } from '@holdfast/protocol';
import { loadConfig } from '../../config/load-config.ts';
import type { Config } from '../../config/resolve-config.ts';
import { checkAgents } from '../doctor/check-agents.ts';
import { checkDaemon } from '../doctor/check-daemon.ts';
import { checkStateDir, checkToken } from '../doctor/check-state.ts';
import type { Finding } from '../doctor/finding.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { packageVersion } from '../package-version.ts';
import type { CommandArguments } from '../parse-arguments.ts';

/** Checks what a daemon needs, and says what is missing and how to get it. */
export async function doctor({ daemonFlags, switches }: CommandArguments): Promise<ExitCode> {
  const findings = [
    { topic: 'holdfast', status: 'ok', detail: packageVersion() } as const,
    // A Node that is too old never comes this far.
    { topic: 'node', status: 'ok', detail: `${process.versions.node} at ${process.execPath}` } as const,
    ...(await checkConfigured(daemonFlags)),
  ];
  process.stdout.write(switches['json'] ? `${JSON.stringify({ findings })}\n` : findingsText(findings));
  return findings.some(({ status }) => status === 'broken') ? exitCodes.failed : exitCodes.ok;
}

async function checkConfigured(flags: CommandArguments['daemonFlags']): Promise<readonly Finding[]> {
  let config: Config;
  try {
    config = loadConfig(flags, { env: process.env, cwd: process.cwd(), homeDir: homedir() });
  } catch (error) {
    if (error instanceof DaemonError)
      return [{ topic: 'configuration', status: 'broken', detail: error.message }];
    throw error;
  }
  const agents = checkAgents(config.agents, {
    path: process.env['PATH'] ?? '',
    cwd: config.workspaces[0] ?? process.cwd(),
  });
  return [
    {
      topic: 'configuration',
      status: 'ok',
      detail: config.configPath ?? 'no file: flags, variables and defaults',
    },
    ...config.notices.map((detail) => ({ topic: 'configuration', status: 'warning', detail }) as const),
    { topic: 'workspaces', status: 'ok', detail: config.workspaces.join(', ') },
    checkStateDir(config),
    checkToken(config),
    await checkDaemon(config),
    ...agents,
  ];
}

const marks = {
  ok: ['green', 'ok'],
  warning: ['yellow', 'warning'],
  missing: ['dim', 'missing'],
  broken: ['red', 'BROKEN'],
} as const satisfies Record<Finding['status'], readonly ['green' | 'yellow' | 'dim' | 'red', string]>;

function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ topic }) => topic.length));
  return findings
    .map(({ topic, status, detail, remedy }) => {
      const [style, label] = marks[status];
      const indent = ' '.repeat(width + 11);
      const hint = remedy === undefined || remedy === '' ? '' : `${indent}${remedy}\n`;
      return `${styleText(style, label.padEnd(7))}  ${topic.padEnd(width)}  ${detail}\n${hint}`;
    })
    .join('');
}
