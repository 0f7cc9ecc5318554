import type { FigureId } from './bench-options.ts';

/** What a figure should be: at most a number, or at least. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** One measured number, beside the reference taken in the same run. */
export interface Row {
  readonly figure: FigureId;
  readonly what: string;
  readonly unit: string;
  readonly measured: number;
  readonly reference?: number;
  readonly goal?: Goal;
  /** Goal of measured / reference. */
  readonly ratioGoal?: Goal;
}

/** measured / reference, where there is one. */
export const ratioOf = ({ measured, reference }: Row): number | undefined =>
  reference === undefined || reference === 0 ? undefined : measured / reference;

/** Whether every goal of the row is met; undefined when it has none. */
export function isMet(row: Row): boolean | undefined {
  const ratio = ratioOf(row);
  const judged = [
    row.goal === undefined ? undefined : reaches(row.measured, row.goal),
    row.ratioGoal === undefined || ratio === undefined ? undefined : reaches(ratio, row.ratioGoal),
  ].filter((outcome) => outcome !== undefined);
  return judged.length === 0 ? undefined : judged.every((outcome) => outcome);
}

const reaches = (value: number, goal: Goal) =>
  'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;

/** The rows as a table for a terminal. */
export function tableText(rows: readonly Row[]): string {
  const head = ['', 'figure', 'measured', 'reference', 'ratio', 'goal', 'ratio goal', ''];
  const lines = [head, ...rows.map(cellsOf)];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line.map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      ),
    )
    .map((line) => line.join('  ').trimEnd())
    .join('\n');
}

/** The rows as a table for a Markdown page. */
export function markdownTable(rows: readonly Row[]): string {
  const head = ['', 'figure', 'measured', 'reference', 'ratio', 'goal', 'ratio goal', ''];
  return [head, ['---', '---', '--:', '--:', '--:', '--:', '--:', '---'], ...rows.map(cellsOf)]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function cellsOf(row: Row): readonly string[] {
  const ratio = ratioOf(row);
  const met = isMet(row);
  return [
    row.figure,
    `${row.what} (${row.unit})`,
    numberText(row.measured),
    row.reference === undefined ? '' : numberText(row.reference),
    ratio === undefined ? '' : `${numberText(ratio)} ×`,
    goalText(row.goal),
    row.ratioGoal === undefined ? '' : `${goalText(row.ratioGoal)} ×`,
    met === undefined ? '' : met ? 'ok' : 'OVER',
  ];
}

function goalText(goal: Goal | undefined): string {
  if (goal === undefined) return '';
  return 'atMost' in goal ? `≤ ${numberText(goal.atMost)}` : `≥ ${numberText(goal.atLeast)}`;
}

/** Three significant digits; thousands apart. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.min(digits, 6) });
}
