/** The value that `share` (0–1) of the sorted values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('no values were measured');
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The lowest of `count` measurements: what it costs when nobody else is in the way. */
export async function lowestOf(count: number, measure: () => Promise<number>): Promise<number> {
  let lowest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < count; round += 1) lowest = Math.min(lowest, await measure());
  return lowest;
}

/** The round whose `cost` is lowest. */
export async function bestOf<Round>(
  count: number,
  measure: () => Promise<Round>,
  cost: (round: Round) => number,
): Promise<Round> {
  let best = await measure();
  for (let round = 1; round < count; round += 1) {
    const next = await measure();
    if (cost(next) < cost(best)) best = next;
  }
  return best;
}

/** Milliseconds since the epoch with fractions, comparable between the processes of one machine. */
export const nowMs = (): number => performance.timeOrigin + performance.now();
