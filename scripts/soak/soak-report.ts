import { type Steadiness, steadiness, type Tolerance } from './steadiness.ts';
import type { Sample } from './weigh.ts';

const megabyte = 1_024 * 1_024;

interface Figure {
  readonly name: string;
  readonly read: (sample: Sample) => number;
  readonly unit: 'MB' | '';
  readonly tolerance: Tolerance;
}

/** What must stay flat. Memory of the system's allocator moves by itself; a count that grows is a leak. */
const figures: readonly Figure[] = [
  { name: 'RSS', read: ({ rss }) => rss / megabyte, unit: 'MB', tolerance: { absolute: 8, share: 0.05 } },
  {
    name: 'heap',
    read: ({ heapUsed }) => heapUsed / megabyte,
    unit: 'MB',
    tolerance: { absolute: 0.5, share: 0.02 },
  },
  {
    name: 'external',
    read: ({ external }) => external / megabyte,
    unit: 'MB',
    tolerance: { absolute: 1, share: 0.1 },
  },
  { name: 'handles', read: ({ handles }) => handles, unit: '', tolerance: { absolute: 1, share: 0 } },
  { name: 'timers', read: ({ timers }) => timers, unit: '', tolerance: { absolute: 1, share: 0 } },
  {
    name: 'processes',
    read: ({ processes }) => processes,
    unit: '',
    tolerance: { absolute: 0.5, share: 0 },
  },
];

export interface FigureReport extends Steadiness {
  readonly name: string;
  readonly unit: string;
  readonly before: number;
  /** Where the second half begins. */
  readonly middle: number;
  readonly after: number;
}

/** What is filled by use, caches and code compiled when first needed, is not full after fewer. */
const fewestLives = 200;

/** What the samples say of each figure. */
export function judgeSoak(samples: readonly Sample[]): readonly FigureReport[] {
  const isUsed = (samples.at(-1)?.lives ?? 0) >= fewestLives;
  return figures.map(({ name, read, unit, tolerance }) => {
    const points = samples.map((sample) => ({ atSeconds: sample.atSeconds, value: read(sample) }));
    const at = (place: number) => points.at(place)?.value ?? 0;
    const { verdict, ...trend } = steadiness(points, tolerance);
    return {
      ...{ name, unit, before: at(0), middle: at(Math.floor(points.length / 2)), after: at(-1) },
      ...trend,
      verdict: isUsed ? verdict : 'too short to tell',
    };
  });
}

/** One line while the run goes on. */
export function sampleLine(sample: Sample): string {
  const shown = figures.map(
    ({ name, read, unit }) => `${name} ${number(read(sample), unit)}${unit === '' ? '' : ` ${unit}`}`,
  );
  return `${sample.atSeconds.toFixed(0).padStart(5)} s  ${sample.lives} lives  ${shown.join('  ')}`;
}

/** The outcome as a table for people. */
export function soakText(samples: readonly Sample[], reports: readonly FigureReport[]): string {
  const last = samples.at(-1);
  const row = (...cells: readonly string[]) =>
    cells.map((cell, place) => (place === 0 ? cell.padEnd(12) : cell.padStart(10))).join('');
  return [
    `soak: ${last?.lives ?? 0} sessions in ${last?.atSeconds.toFixed(0) ?? 0} s, weighed at rest ${samples.length} times`,
    row('', 'before', 'half-way', 'after', 'trend', 'allowed'),
    ...reports.map(({ name, unit, before, middle, after, growth, allowed, verdict }) => {
      const cells = [before, middle, after, growth, allowed].map((value) => number(value, unit));
      return `${row(unit === '' ? name : `${name}, ${unit}`, ...cells)}   ${verdict}`;
    }),
    'trend and allowed: growth over the second half',
  ].join('\n');
}

const number = (value: number, unit: string) =>
  Number.isInteger(value) && unit === '' ? String(value) : value.toFixed(1);
