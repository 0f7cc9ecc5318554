import { DaemonError } from '@holdfast/protocol';
import type { AgentDefinition } from '../ports/agents.ts';
import { findExecutable } from '../runtime/executable.ts';

/** What a person configures of an agent; over a recipe of the same name, only what differs. */
export interface ConfiguredAgent {
  readonly title?: string;
  readonly command?: string;
  readonly args?: readonly string[];
  /** Added to the recipe's; null removes. */
  readonly env?: Readonly<Record<string, string | null>>;
  readonly cwd?: string;
  readonly isolation?: 'workspace' | 'session';
}

/** The daemon's own environment, as `process.env` gives it. */
export type HostEnvironment = Readonly<Record<string, string | undefined>>;

const passed = ['PATH', 'HOME', 'LANG', 'TERM', 'TMPDIR'];
const passedPrefixes = ['LC_', 'XDG_'];
const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'];
/** Windows starts nothing without these. */
const windowsEssentials = [
  'SystemRoot',
  'ComSpec',
  'PATHEXT',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'TEMP',
  'TMP',
];
const common = new Set([
  ...passed,
  ...proxies,
  ...proxies.map((name) => name.toLowerCase()),
  ...windowsEssentials,
]);

/**
 * Merges what is configured over the recipes, by name.
 * @throws invalid_option for a configured agent that has no command and no recipe of its name.
 */
export function resolveDefinitions(
  recipes: Iterable<AgentDefinition>,
  configured: Readonly<Record<string, ConfiguredAgent>>,
): ReadonlyMap<string, AgentDefinition> {
  const definitions = new Map<string, AgentDefinition>();
  for (const recipe of recipes) definitions.set(recipe.name, recipe);
  for (const [name, agent] of Object.entries(configured)) {
    definitions.set(name, merge(name, definitions.get(name), agent));
  }
  return definitions;
}

/** What the agent's process sees: the common variables, those of its recipe, its own `env`, and nothing else. */
export function agentEnvironment(definition: AgentDefinition, host: HostEnvironment): Record<string, string> {
  const allowed = new Set(definition.passEnv);
  const seen: Record<string, string> = {};
  for (const [name, value] of Object.entries(host)) {
    if (value === undefined) continue;
    if (common.has(name) || allowed.has(name) || passedPrefixes.some((prefix) => name.startsWith(prefix))) {
      seen[name] = value;
    }
  }
  for (const [name, value] of Object.entries(definition.env)) {
    if (value === null) delete seen[name];
    else seen[name] = value;
  }
  return seen;
}

/**
 * Resolves the agent's executable as its own PATH finds it.
 * @throws agent_start_failed{agent, command} that says how to get it.
 */
export function locateCommand(definition: AgentDefinition, path: string, cwd: string): string {
  const file = findExecutable(definition.command, path, cwd);
  if (file !== undefined) return file;
  const remedy = definition.command.includes('/')
    ? 'check the path and that it may be executed'
    : 'install it, or configure its full path as the command';
  throw new DaemonError(
    'agent_start_failed',
    `Agent "${definition.name}" cannot start: its command "${definition.command}" was not found; ${remedy}`,
    { agent: definition.name, command: definition.command, exitCode: null, stderrTail: '' },
  );
}

function merge(name: string, recipe: AgentDefinition | undefined, agent: ConfiguredAgent): AgentDefinition {
  const command = agent.command ?? recipe?.command;
  if (command === undefined || command === '') {
    throw new DaemonError(
      'invalid_option',
      `Agent "${name}" has no command and no recipe has that name; configure its command`,
      { option: `agents.${name}.command` },
    );
  }
  const cwd = agent.cwd ?? recipe?.cwd;
  const definition: AgentDefinition = {
    name,
    title: agent.title ?? recipe?.title ?? name,
    command,
    args: agent.args ?? recipe?.args ?? [],
    env: { ...recipe?.env, ...agent.env },
    passEnv: recipe?.passEnv ?? [],
    isolation: agent.isolation ?? recipe?.isolation ?? 'workspace',
  };
  return Object.freeze(cwd === undefined ? definition : { ...definition, cwd });
}
