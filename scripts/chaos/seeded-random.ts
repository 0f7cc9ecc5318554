/** Choices that follow from a seed: the same seed and label give the same ones. */
export interface SeededRandom {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  /** Undefined for an empty list. */
  pick<T>(list: readonly T[]): T | undefined;
  /** One of the names, by weight. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
  /** Happens with this probability. */
  chance(probability: number): boolean;
}

/** One source of choices for one actor, so that the others' pace does not change what it chooses. */
export function seededRandom(seed: number, label: string): SeededRandom {
  let state = seed >>> 0;
  for (const letter of label) state = Math.imul(state ^ letter.charCodeAt(0), 0x9e3779b1) >>> 0;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    pick: (list) => list[between(0, list.length - 1)],
    chance: (probability) => next() < probability,
    weighted<Name extends string>(weights: Readonly<Record<Name, number>>) {
      // Object.entries widens the names of the record.
      const rows = Object.entries(weights) as [Name, number][];
      let left = next() * rows.reduce((sum, [, weight]) => sum + weight, 0);
      const found = rows.find(([, weight]) => {
        left -= weight;
        return left < 0;
      });
      const [name] = found ?? rows[rows.length - 1] ?? [];
      if (name === undefined) throw new Error('nothing to choose from');
      return name;
    },
  };
}
