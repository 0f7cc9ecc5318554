import { homedir } from 'node:os';
import { loadConfig } from '../../config/load-config.ts';
import { optionNames } from '../../config/option-table.ts';
import type { Config, TokenOrigin } from '../../config/resolve-config.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import type { CommandArguments } from '../parse-arguments.ts';

/** One line of the listing. */
interface Entry {
  readonly value: unknown;
  readonly source: string;
}

/** Prints the configuration a daemon started the same way would run with. */
export async function config(args: CommandArguments): Promise<ExitCode> {
  const loaded = loadConfig(args.daemonFlags, { env: process.env, cwd: process.cwd(), homeDir: homedir() });
  const entries = effectiveEntries(loaded);
  process.stdout.write(args.switches['json'] ? `${JSON.stringify(entries)}\n` : listing(entries));
  for (const notice of loaded.notices) process.stderr.write(`holdfast: ${notice}\n`);
  return exitCodes.ok;
}

/** Every option with the value in force and its source; secrets are masked. */
export function effectiveEntries(loaded: Config): Readonly<Record<string, Entry>> {
  const resolved: Partial<Record<string, unknown>> = {
    config: loaded.configPath ?? null,
    stateDir: loaded.stateDir,
    host: loaded.host,
    workspace: loaded.workspaces,
    tokenFile: loaded.token.kind === 'file' || loaded.token.kind === 'generated' ? loaded.token.path : null,
    defaultAgent: loaded.options.defaultAgent ?? Object.keys(loaded.agents)[0] ?? 'demo',
  };
  const options = optionNames
    .filter((name) => name !== 'agent')
    .map((name): readonly [string, Entry] => {
      const value = Object.hasOwn(resolved, name) ? resolved[name] : loaded.options[name];
      return [name, { value, source: loaded.sources[name] }];
    });
  const agents = { value: maskAgents(loaded.agents), source: agentSource(loaded) };
  return Object.fromEntries([...options, ['token', tokenEntry(loaded.token)], ['agents', agents]]);
}

function tokenEntry(origin: TokenOrigin): Entry {
  switch (origin.kind) {
    case 'none':
      return { value: null, source: 'none' };
    case 'environment':
      return { value: '***', source: 'environment' };
    case 'file':
      return { value: '***', source: origin.path };
    case 'generated':
      return { value: '***', source: `${origin.path} (made at the first start)` };
    default:
      return origin satisfies never;
  }
}

/** The variables and arguments of an agent are where its keys are: names are shown, such values are not. */
export function maskAgents(agents: Config['agents']): unknown {
  const masked = Object.entries(agents).map(([name, agent]) => {
    const args = agent.args?.map((arg, index, all) => maskArgument(arg, all[index - 1]));
    const env = Object.entries(agent.env ?? {}).map(([key, value]) => [key, value === null ? null : '***']);
    return [name, { ...agent, args, env: agent.env && Object.fromEntries(env) }];
  });
  return Object.fromEntries(masked);
}

const secretFlag = /^--?[\w-]*(key|token|secret|password)[\w-]*/i;

function maskArgument(arg: string, before: string | undefined): string {
  const [flag = ''] = arg.split('=', 1);
  if (secretFlag.test(flag)) return flag === arg ? arg : `${flag}=***`;
  return before !== undefined && secretFlag.test(before) && !before.includes('=') ? '***' : arg;
}

function agentSource({ agents, sources, configPath }: Config): string {
  if (Object.keys(agents).length === 0) return 'default';
  if (sources.agent === 'default') return 'file';
  return configPath === undefined ? sources.agent : `${sources.agent} over file`;
}

function listing(entries: Readonly<Record<string, Entry>>): string {
  const rows = Object.entries(entries).map(
    ([name, { value, source }]) => [name, shown(value), source] as const,
  );
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const valueWidth = Math.min(50, Math.max(...rows.map(([, value]) => value.length)));
  return rows
    .map(([name, value, source]) => `${name.padEnd(nameWidth)}  ${value.padEnd(valueWidth)}  ${source}\n`)
    .join('');
}

function shown(value: unknown): string {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return '-';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
