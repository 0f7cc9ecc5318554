/** One figure over the time of a run. */
export interface Point {
  readonly atSeconds: number;
  readonly value: number;
}

/** How much a figure may grow over the second half of a run and still count as flat: the larger of both. */
export interface Tolerance {
  readonly absolute: number;
  /** Of the figure's middle value. */
  readonly share: number;
}

export interface Steadiness {
  readonly verdict: 'flat' | 'grows' | 'too short to tell';
  /** By the trend of the second half, over that half. */
  readonly growth: number;
  readonly allowed: number;
}

/** Fewer say nothing about a trend. */
const fewestPoints = 6;

/**
 * Judges by the second half alone: the first brings compiled code, caches and pools to their size. The trend is the
 * median of the slopes between any two points (Theil–Sen), so that a few odd samples change nothing.
 */
export function steadiness(points: readonly Point[], tolerance: Tolerance): Steadiness {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) {
    return { verdict: 'too short to tell', growth: 0, allowed: 0 };
  }
  const half = (first.atSeconds + last.atSeconds) / 2;
  const second = points.filter(({ atSeconds }) => atSeconds >= half);
  const allowed = Math.max(tolerance.absolute, tolerance.share * median(second.map(({ value }) => value)));
  const growth = median(slopes(second)) * (last.atSeconds - half);
  if (second.length < fewestPoints) return { verdict: 'too short to tell', growth, allowed };
  return { verdict: growth > allowed ? 'grows' : 'flat', growth, allowed };
}

function slopes(points: readonly Point[]): readonly number[] {
  return points.flatMap((one, place) =>
    points
      .slice(place + 1)
      .filter(({ atSeconds }) => atSeconds > one.atSeconds)
      .map((other) => (other.value - one.value) / (other.atSeconds - one.atSeconds)),
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
