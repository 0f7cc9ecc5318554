import type { ChaosResult } from './run-chaos.ts';

const shownFaults = 5;

/** The outcome as a table for people. */
export function reportText(result: ChaosResult): string {
  const { seed, mode, kills, tookMs, counts, verdicts, refusals, isGreen, keptIn } = result;
  const rows = verdicts.flatMap(({ promise, looked, faults }) => [
    `${faults.length > 0 ? '✗' : looked === 0 ? '?' : '✓'}  ${promise.padEnd(56)} ${String(looked).padStart(8)}`,
    ...faults.slice(0, shownFaults).map((fault) => `     ${fault}`),
    ...(faults.length > shownFaults ? [`     … and ${faults.length - shownFaults} more`] : []),
  ]);
  const list = (record: Readonly<Record<string, number>>) =>
    Object.entries(record)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  return [
    `chaos: ${kills} kills (${mode}), seed ${seed}, ${Math.round(tookMs / 1000)} s`,
    `  ${list(counts)}`,
    `  refused: ${list(refusals) || 'nothing'}`,
    ...rows,
    isGreen ? 'green' : `RED; again with --mode ${mode} --kills ${kills} --seed ${seed}`,
    ...(keptIn === undefined ? [] : [`state, log and evidence: ${keptIn}`]),
  ].join('\n');
}
