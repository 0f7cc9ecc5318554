/** What can be switched on: capabilities taken away or broken, and bad manners. */
export const agentSwitches = [
  'no-load',
  'no-resume',
  'no-fork',
  'no-close',
  'no-list',
  'no-delete',
  'no-modes',
  'no-models',
  'no-config-options',
  'no-inject',
  'broken-load',
  'broken-resume',
  'broken-fork',
  'broken-inject',
  'auth-required',
  'never-initialize',
  'garbage-at-start',
  'early-updates',
  'ignore-eof',
  'ignore-term',
] as const;
/** Flags that take a whole number. */
export const agentNumbers = [
  'init-delay-ms',
  'session-new-delay-ms',
  'load-delay-ms',
  'exit-at-start',
] as const;

export type AgentSwitch = (typeof agentSwitches)[number];
export type AgentNumber = (typeof agentNumbers)[number];

/** How one process of the demo agent behaves. */
export interface AgentOptions {
  readonly switches: ReadonlySet<AgentSwitch>;
  readonly numbers: ReadonlyMap<AgentNumber, number>;
  /** Written to stderr at start. */
  readonly startStderr: string;
}

/**
 * Reads the flags in `HOLDFAST_DEMO_ARGS` (split at white space), then those of the command line.
 * A value follows its flag as the next argument or after `=`. @throws RangeError naming what was not understood.
 */
export function readAgentOptions(argv: readonly string[], env: NodeJS.ProcessEnv): AgentOptions {
  const fromEnv = (env['HOLDFAST_DEMO_ARGS'] ?? '').split(/\s+/).filter((word) => word !== '');
  const words = [...fromEnv, ...argv].flatMap(separateValue);
  const switches = new Set<AgentSwitch>();
  const numbers = new Map<AgentNumber, number>();
  let startStderr = '';
  for (let index = 0; index < words.length; index += 1) {
    const name = words[index]?.replace(/^--/, '');
    const isSwitch = agentSwitches.find((known) => known === name);
    const isNumber = agentNumbers.find((known) => known === name);
    if (isSwitch) {
      switches.add(isSwitch);
      continue;
    }
    index += 1;
    if (isNumber) numbers.set(isNumber, wholeNumber(words[index]));
    else if (name === 'start-stderr') startStderr = words[index] ?? '';
    else throw new RangeError(`unknown flag --${name}; known: ${agentFlags.join(' ')}`);
  }
  return { switches, numbers, startStderr };
}

/** All flags, as they are written. */
export const agentFlags: readonly string[] = [...agentSwitches, ...agentNumbers, 'start-stderr'].map(
  (name) => `--${name}`,
);

function separateValue(word: string): string[] {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  return equals === -1 ? [word] : [word.slice(0, equals), word.slice(equals + 1)];
}

function wholeNumber(text: string | undefined): number {
  const value = Number(text);
  if (text !== undefined && /^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new RangeError(`a flag of the demo agent needs a whole number; got ${text}`);
}
