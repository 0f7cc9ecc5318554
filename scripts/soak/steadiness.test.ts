import { describe, expect, it } from 'vitest';
import { type Point, steadiness } from './steadiness.ts';

const tolerance = { absolute: 5, share: 0.02 };
const minutes = (count: number, valueAt: (minute: number) => number): readonly Point[] =>
  Array.from({ length: count }, (_, minute) => ({ atSeconds: minute * 60, value: valueAt(minute) }));

describe('a figure over a run', () => {
  it('is flat when it keeps its value, and when it only falls', () => {
    expect(
      steadiness(
        minutes(20, () => 100),
        tolerance,
      ),
    ).toEqual({ verdict: 'flat', growth: 0, allowed: 5 });
    expect(
      steadiness(
        minutes(20, (minute) => 100 - minute),
        tolerance,
      ).verdict,
    ).toBe('flat');
  });

  it('is flat when it rose at first and stays where it came to', () => {
    expect(
      steadiness(
        minutes(20, (minute) => Math.min(100 + minute * 20, 250)),
        tolerance,
      ).verdict,
    ).toBe('flat');
  });

  it('grows when its second half goes up by more than is allowed', () => {
    const leaking = steadiness(
      minutes(21, (minute) => 100 + minute),
      tolerance,
    );
    expect(leaking).toEqual({ verdict: 'grows', growth: 10, allowed: 5 });
  });

  it('is allowed a share of itself where that is more', () => {
    const large = minutes(21, (minute) => 1_000 + minute);
    expect(steadiness(large, tolerance)).toMatchObject({ verdict: 'flat', growth: 10 });
    expect(steadiness(large, tolerance).allowed).toBeCloseTo(20.3, 1);
  });

  it('is not judged by a sample or two that stand out', () => {
    const spiked = minutes(20, (minute) => (minute === 12 || minute === 19 ? 400 : 100));
    expect(steadiness(spiked, tolerance).verdict).toBe('flat');
    const leakingWithDip = minutes(20, (minute) => (minute === 19 ? 0 : 100 + minute));
    expect(steadiness(leakingWithDip, tolerance).verdict).toBe('grows');
  });

  it('is not judged by a few samples', () => {
    expect(
      steadiness(
        minutes(8, (minute) => minute * 100),
        tolerance,
      ).verdict,
    ).toBe('too short to tell');
    expect(steadiness([], tolerance).verdict).toBe('too short to tell');
  });
});
