import { resolve } from 'node:path';
import type { AgentConfig } from '@holdfast/bridge';
import { DaemonError } from '@holdfast/protocol';
import { parseAgentCommand } from './agent-command.ts';
import type { ConfigFile } from './config-file.ts';
import { checkExposure } from './exposure-policy.ts';
import { nearestName } from './nearest-name.ts';
import { envName, type OptionName, type OptionValues, optionNames, optionTable } from './option-table.ts';
import { type CheckedValue, parseValue, type ValueSource } from './parse-value.ts';
import { placePath } from './place-path.ts';

/** All that decides a configuration; nothing else is looked at. */
export interface ConfigInputs {
  /** Values of the command line by option name. */
  readonly flags: Readonly<Partial<Record<OptionName, unknown>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file: ConfigFile | undefined;
  readonly cwd: string;
  readonly homeDir: string;
}

/** Where the token of the daemon is to come from. */
export type TokenOrigin =
  | { readonly kind: 'none' }
  | { readonly kind: 'environment'; readonly token: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'generated'; readonly path: string };

/** The configuration of one daemon, resolved once and read-only. */
export interface Config {
  readonly options: OptionValues;
  readonly sources: Readonly<Record<OptionName, ValueSource>>;
  /** By name, in the order in which they were configured: flags, then the file. */
  readonly agents: Readonly<Record<string, AgentConfig>>;
  readonly host: string;
  /** Absolute; not canonical yet. */
  readonly stateDir: string;
  readonly workspaces: readonly string[];
  readonly token: TokenOrigin;
  readonly configPath: string | undefined;
  /** What the user should hear: values that were cut, variables that mean nothing. */
  readonly notices: readonly string[];
}

/** Variables of ours that are no options. */
const otherVariables = [
  'HOLDFAST_TOKEN',
  'HOLDFAST_DEBUG',
  'HOLDFAST_INVOKED_AS',
  'HOLDFAST_DEMO_ARGS',
  'HOLDFAST_DEMO_STORE',
];

/**
 * Merges flags over `HOLDFAST_*` over the file over the defaults. Touches no disk.
 * @throws invalid_option naming the option, the value and the remedy
 */
export function resolveConfig(inputs: ConfigInputs): Config {
  const notices = strayVariables(inputs.env);
  const found = optionNames.map((name) => {
    const { raw, source } = find(name, inputs);
    if (source === 'default') return { name, source, value: defaultOf(name) };
    const { value, notice } = parseValue(name, raw, source);
    if (notice !== undefined) notices.push(notice);
    return { name, source, value };
  });
  // `optionNames` was walked whole, and each value checked against its row of the table.
  const options = Object.fromEntries(
    found.map(({ name, value }) => [name, value]),
  ) as unknown as OptionValues;
  const sources = Object.fromEntries(found.map(({ name, source }) => [name, source])) as Config['sources'];
  const { cwd, env, homeDir } = inputs;
  const roots = options.workspace.length > 0 ? options.workspace : [cwd];
  const stateDir = placePath(options.stateDir ?? defaultStateDir(env, homeDir), inputs);
  const config: Config = Object.freeze({
    options: Object.freeze(options),
    sources: Object.freeze(sources),
    agents: Object.freeze(mergeAgents(options.agent, inputs)),
    host: options.host ?? '127.0.0.1',
    stateDir,
    workspaces: roots.map((root) => placePath(root, inputs)),
    token: tokenOrigin(options, sources, { ...inputs, stateDir }),
    configPath: inputs.file?.path,
    notices,
  });
  checkExposure({ host: config.host, noAuth: options.noAuth });
  return config;
}

function find(name: OptionName, { flags, env, file }: ConfigInputs): { raw: unknown; source: ValueSource } {
  if (flags[name] !== undefined) return { raw: flags[name], source: 'flag' };
  const variable = env[envName(name)];
  if (variable !== undefined && variable !== '') return { raw: variable, source: 'environment' };
  if (file !== undefined && Object.hasOwn(file.options, name))
    return { raw: file.options[name], source: 'file' };
  return { raw: undefined, source: 'default' };
}

function defaultOf(name: OptionName): CheckedValue | undefined {
  const spec = optionTable[name];
  switch (spec.kind) {
    case 'number':
      return spec.default;
    case 'choice':
      return spec.allowed[0];
    case 'text':
      return undefined;
    case 'list':
      return [];
    case 'switch':
      return false;
    default:
      return spec satisfies never;
  }
}

/** `$XDG_STATE_HOME/holdfast` (XDG Base Directory: a relative value is to be ignored). */
function defaultStateDir(env: ConfigInputs['env'], homeDir: string): string {
  const stateHome = env['XDG_STATE_HOME'];
  return resolve(stateHome?.startsWith('/') ? stateHome : resolve(homeDir, '.local/state'), 'holdfast');
}

function mergeAgents(commands: readonly string[], inputs: ConfigInputs): Record<string, AgentConfig> {
  const placed = Object.entries(inputs.file?.agents ?? {}).map(([name, agent]) => {
    return [name, agent.cwd === undefined ? agent : { ...agent, cwd: placePath(agent.cwd, inputs) }] as const;
  });
  const fromFile: Readonly<Record<string, AgentConfig>> = Object.fromEntries(placed);
  const merged: Record<string, AgentConfig> = {};
  for (const { name, command, args } of commands.map(parseAgentCommand)) {
    if (Object.hasOwn(merged, name)) {
      throw new DaemonError('invalid_option', `--agent defines ${name} twice: give each agent its own name`);
    }
    merged[name] = { ...fromFile[name], command, args };
  }
  return {
    ...merged,
    ...Object.fromEntries(Object.entries(fromFile).filter(([name]) => !Object.hasOwn(merged, name))),
  };
}

function tokenOrigin(
  { noAuth, tokenFile }: OptionValues,
  sources: Config['sources'],
  inputs: ConfigInputs & { readonly stateDir: string },
): TokenOrigin {
  if (noAuth) return { kind: 'none' };
  const path = tokenFile === undefined ? undefined : placePath(tokenFile, inputs);
  if (path !== undefined && sources.tokenFile === 'flag') return { kind: 'file', path };
  const token = inputs.env['HOLDFAST_TOKEN'];
  if (token !== undefined && token !== '') return { kind: 'environment', token };
  return path === undefined
    ? { kind: 'generated', path: resolve(inputs.stateDir, 'token') }
    : { kind: 'file', path };
}

function strayVariables(env: ConfigInputs['env']): string[] {
  const known = [...optionNames.map(envName), ...otherVariables];
  const stray = Object.keys(env).filter((name) => name.startsWith('HOLDFAST_') && !known.includes(name));
  return stray.flatMap((name) => {
    const nearest = nearestName(name, known);
    return nearest === undefined ? [] : [`${name} means nothing here: did you mean ${nearest}?`];
  });
}
