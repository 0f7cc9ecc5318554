import { parseArgs } from 'node:util';

export const figureIds = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P12'] as const;
export type FigureId = (typeof figureIds)[number];

export interface BenchOptions {
  /** Tiny sizes: shows that every figure can be measured, says nothing about speed. */
  readonly isSmoke: boolean;
  readonly only: ReadonlySet<FigureId>;
  readonly jsonFile: string | undefined;
  /** Readers of P2. */
  readonly readers: readonly number[];
  /** Each measurement is taken this often; the best one counts, because others share the machine. */
  readonly repeat: number;
  /** Prints the table as Markdown, for docs/performance.md. */
  readonly isMarkdown: boolean;
  /** Folder for CPU profiles of the daemon, which cost some per cent of its speed. */
  readonly profileDir: string | undefined;
  /** Folder in which state directories with many sessions are kept for the next run; default made anew. */
  readonly statesDir: string | undefined;
}

export const usage = `usage: npm run bench -- [options]
  --smoke             tiny sizes, to see that everything works
  --only P1,P2        some figures (${figureIds.join(' ')})
  --readers 10,100    readers of P2; also 50 and 500
  --repeat 3          times each measurement is taken; the best counts
  --json FILE         writes the results there, too
  --markdown          prints the table as Markdown
  --states DIR        keeps the state directories with many sessions there, and takes them from there
  --profile DIR       writes CPU profiles of the daemon there (node --cpu-prof)`;

/** Reads the command line. Throws with a sentence for people. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      smoke: { type: 'boolean', default: false },
      only: { type: 'string', default: figureIds.join(',') },
      readers: { type: 'string', default: '10,100' },
      repeat: { type: 'string' },
      json: { type: 'string' },
      profile: { type: 'string' },
      states: { type: 'string' },
      markdown: { type: 'boolean', default: false },
    },
  });
  return {
    isSmoke: values.smoke,
    only: new Set(values.only.split(',').map(figureIdOf)),
    jsonFile: values.json,
    readers: values.smoke ? [3] : values.readers.split(',').map((text) => wholeNumber('--readers', text)),
    repeat: wholeNumber('--repeat', values.repeat ?? (values.smoke ? '1' : '3')),
    profileDir: values.profile,
    statesDir: values.states,
    isMarkdown: values.markdown,
  };
}

function figureIdOf(text: string): FigureId {
  const known = figureIds.find((id) => id === text.trim().toUpperCase());
  if (known === undefined) throw new Error(`--only knows ${figureIds.join(', ')}; got ${text}`);
  return known;
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 10_000) return value;
  throw new Error(`${flag} must be 1–10000; got ${text}`);
}
