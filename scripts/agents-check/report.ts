import type { Passed } from './step.ts';

/** How one step went. */
export interface StepResult extends Passed {
  readonly step: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly ms: number;
  /** Of a failed one: what was expected, and what was seen instead. */
  readonly failure?: string;
}

export interface AgentResult {
  readonly name: string;
  readonly version: string;
  readonly steps: readonly StepResult[];
}

/** One step as it happens, for people who wait. */
export const resultLine = (name: string, { step, result, ms, context, failure }: StepResult): string =>
  `${name}: ${step}: ${result} ${context ?? ''} (${ms} ms)${failure === undefined ? '' : `\n${failure}`}`;

/** Prints a Markdown table of everything. */
export function printTable(results: readonly AgentResult[]): void {
  const head = ['agent', 'version', 'step', 'result', 'context', 'ms', ''];
  const rows = results.flatMap(({ name, version, steps }) =>
    steps.map(({ step, result, context = '', ms, note = '' }) => [
      name,
      version,
      step,
      result === 'failed' ? 'FAILED' : result,
      context,
      String(ms),
      note,
    ]),
  );
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  const rule = widths.map((width) => '-'.repeat(Math.max(3, width)));
  process.stdout.write([head, rule, ...rows].map(line).join(''));
}
