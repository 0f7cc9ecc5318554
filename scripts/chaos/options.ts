import { parseArgs } from 'node:util';
import { isSabotageName, type SabotageName, sabotageNames } from './sabotages.ts';

export const modes = ['daemon', 'agent', 'both', 'term'] as const;
export type Mode = (typeof modes)[number];

export interface ChaosOptions {
  readonly kills: number;
  /** Every choice follows from it; when it falls does not. */
  readonly seed: number;
  /** What is killed: the daemon, its agents, now this and now that, or the daemon politely. */
  readonly mode: Mode;
  readonly sabotage: SabotageName | undefined;
  /** Shows that the harness goes red with each sabotage. */
  readonly isProof: boolean;
  readonly jsonFile: string | undefined;
  /** When state, logs and evidence stay after the run. */
  readonly keep: 'always' | 'when-red' | 'never';
}

export const usage = `usage: npm run chaos -- [options]
  --kills 200         how often something is killed
  --short             20 kills
  --mode daemon       what is killed: ${modes.join(' ')} (term = SIGTERM to the daemon)
  --seed N            the choices of an earlier run; default: a new one, printed
  --sabotage NAME     breaks the daemon under test on purpose: ${sabotageNames.join(' ')}
  --prove             shows that each sabotage is found
  --json FILE         writes the results there, too
  --keep              keeps state, logs and evidence of a run without faults, too`;

/** Reads the command line. Throws with a sentence for people. */
export function parseOptions(args: readonly string[], freshSeed: number): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string' },
      short: { type: 'boolean', default: false },
      mode: { type: 'string', default: 'daemon' },
      seed: { type: 'string' },
      sabotage: { type: 'string' },
      prove: { type: 'boolean', default: false },
      json: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  });
  const mode = modes.find((known) => known === values.mode);
  if (mode === undefined) throw new Error(`--mode knows ${modes.join(', ')}; got ${values.mode}`);
  const { sabotage } = values;
  if (sabotage !== undefined && !isSabotageName(sabotage))
    throw new Error(`--sabotage knows ${sabotageNames.join(', ')}; got ${sabotage}`);
  return {
    kills: wholeNumber('--kills', values.kills ?? (values.short ? '20' : '200')),
    seed: wholeNumber('--seed', values.seed ?? String(freshSeed)),
    mode,
    sabotage,
    isProof: values.prove,
    jsonFile: values.json,
    keep: values.keep ? 'always' : 'when-red',
  };
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 2 ** 32) return value;
  throw new Error(`${flag} must be a whole number; got ${text}`);
}
