import { parseArgs } from 'node:util';

export interface SoakOptions {
  readonly seconds: number;
  /** How long sessions come and go before the daemon is let rest and weighed (s). */
  readonly roundSeconds: number;
  /** Sessions that live at the same time. */
  readonly lanes: number;
  readonly seed: number;
  /** A few rounds: shows that the soak works, says nothing about growth. */
  readonly isSmoke: boolean;
  readonly jsonFile: string | undefined;
}

export const usage = `usage: npm run soak -- [options]
  --seconds 600       how long sessions come and go
  --round-seconds 30  how often the daemon is let rest and weighed
  --lanes 12          sessions at the same time
  --seed N            the choices of an earlier run; default: a new one, printed
  --smoke             some seconds, to see that everything works
  --json FILE         writes the samples there, too`;

/** Reads the command line. Throws with a sentence for people. */
export function parseOptions(args: readonly string[], freshSeed: number): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string' },
      'round-seconds': { type: 'string' },
      lanes: { type: 'string', default: '12' },
      seed: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  return {
    seconds: number('--seconds', values.seconds ?? (values.smoke ? '10' : '600')),
    roundSeconds: number('--round-seconds', values['round-seconds'] ?? (values.smoke ? '2' : '30')),
    lanes: number('--lanes', values.lanes),
    seed: number('--seed', values.seed ?? String(freshSeed)),
    isSmoke: values.smoke,
    jsonFile: values.json,
  };
}

function number(flag: string, text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 2 ** 32) return value;
  throw new Error(`${flag} must be a number over 0; got ${text}`);
}
