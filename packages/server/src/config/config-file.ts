import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { AgentConfig } from '@holdfast/bridge';
import { DaemonError } from '@holdfast/protocol';
import { isAgentName } from './agent-command.ts';
import { nearestName } from './nearest-name.ts';
import { optionNames } from './option-table.ts';
import { isInHome } from './place-path.ts';

/** The name looked for in the current directory when no file is named. */
export const defaultConfigName = 'holdfast.config.json';

/** What a configuration file says, its keys checked, its option values not yet. */
export interface ConfigFile {
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly agents: Readonly<Record<string, AgentConfig>>;
}

/**
 * Reads the named file, or `holdfast.config.json` of the directory when it exists.
 * @throws invalid_option when a named file is missing, or any file is not what it should be
 */
export function readConfigFile(named: string | undefined, cwd: string): ConfigFile | undefined {
  const path = resolve(cwd, named ?? defaultConfigName);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    // `code` is how Node tells a missing file.
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    if (isMissing && named === undefined) return undefined;
    const reason = isMissing ? 'does not exist' : 'cannot be read';
    throw new DaemonError(
      'invalid_option',
      `configuration file ${path} ${reason}: name another with --config`,
      {},
      { cause },
    );
  }
  return parseConfigFile(text, path);
}

/** Checks a file's text. Relative directories in it are meant from the file's own. @throws invalid_option */
export function parseConfigFile(text: string, path: string): ConfigFile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new DaemonError(
      'invalid_option',
      `${path} is not JSON: ${(cause as Error).message}`,
      {},
      { cause },
    );
  }
  if (!isObject(parsed)) throw new DaemonError('invalid_option', `${path} must hold one JSON object`);
  const { agents = {}, $schema: _schema, ...options } = parsed;
  for (const key of Object.keys(options)) checkKey(key, path);
  if (!isObject(agents))
    throw new DaemonError('invalid_option', `"agents" in ${path} must be an object of agents by name`);
  const base = dirname(path);
  const checked = Object.entries(agents).map(([name, agent]) => [name, checkAgent(name, agent, path)]);
  return { path, options: fromFolder(options, base), agents: Object.fromEntries(checked) };
}

const fileKeys: readonly string[] = optionNames.filter((name) => name !== 'config' && name !== 'agent');

function checkKey(key: string, path: string) {
  if (key === 'token') {
    throw new DaemonError(
      'invalid_option',
      `a token does not belong into ${path}: use "tokenFile", or HOLDFAST_TOKEN`,
    );
  }
  if (fileKeys.includes(key)) return;
  const nearest = nearestName(key, [...fileKeys, 'agents']);
  const hint =
    nearest === undefined ? 'holdfast help serve lists the known ones' : `did you mean "${nearest}"?`;
  throw new DaemonError('invalid_option', `"${key}" in ${path} is not an option: ${hint}`);
}

const agentFields = {
  command: (value: unknown) => typeof value === 'string' && value !== '',
  args: (value: unknown) => Array.isArray(value) && value.every((arg) => typeof arg === 'string'),
  env: (value: unknown) =>
    isObject(value) && Object.values(value).every((text) => typeof text === 'string' || text === null),
  cwd: (value: unknown) => typeof value === 'string' && value !== '',
  isolation: (value: unknown) => value === 'workspace' || value === 'session',
} as const satisfies Record<keyof AgentConfig, (value: unknown) => boolean>;

const agentFieldForms = {
  command: 'the executable',
  args: 'a list of texts',
  env: 'an object of texts (null removes)',
  cwd: 'a directory',
  isolation: '"workspace" or "session"',
} as const satisfies Record<keyof AgentConfig, string>;

function checkAgent(name: string, agent: unknown, path: string): AgentConfig {
  const refuse = (complaint: string): never => {
    throw new DaemonError('invalid_option', `agent "${name}" in ${path}: ${complaint}`);
  };
  if (!isAgentName(name)) refuse('a name has letters, digits, dots, dashes and underscores, at most 64');
  if (!isObject(agent)) return refuse('must be an object like {"command": "my-agent", "args": ["--acp"]}');
  for (const [key, value] of Object.entries(agent)) {
    if (!isAgentField(key)) {
      const nearest = nearestName(key, Object.keys(agentFields));
      return refuse(
        `"${key}" is unknown; ${nearest ? `did you mean "${nearest}"?` : `known: ${Object.keys(agentFields).join(', ')}`}`,
      );
    }
    if (!agentFields[key](value))
      refuse(`"${key}" must be ${agentFieldForms[key]}; got ${JSON.stringify(value)}`);
  }
  // Every field was checked above.
  return fromFolder(agent, dirname(path)) as AgentConfig;
}

const isAgentField = (key: string): key is keyof AgentConfig => Object.hasOwn(agentFields, key);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const pathKeys: readonly string[] = ['stateDir', 'tokenFile', 'workspace', 'cwd'];

/** Makes the directories and files named in a configuration relative to it. */
function fromFolder(values: Readonly<Record<string, unknown>>, base: string): Record<string, unknown> {
  const place = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(place);
    // Whose home is meant is known to the one who merges.
    return typeof value !== 'string' || value === '' || isInHome(value) ? value : resolve(base, value);
  };
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, pathKeys.includes(key) ? place(value) : value]),
  );
}
