import { expect, it } from 'vitest';
import { isForgettingDue } from './retention-policy.ts';

it.each([
  { turnCount: 1_000, forgottenAt: undefined, retained: 0, isDue: false },
  { turnCount: 50, forgottenAt: undefined, retained: 50, isDue: false },
  { turnCount: 51, forgottenAt: undefined, retained: 50, isDue: true },
  { turnCount: 54, forgottenAt: 50, retained: 50, isDue: false },
  { turnCount: 55, forgottenAt: 50, retained: 50, isDue: true },
  { turnCount: 3, forgottenAt: 2, retained: 1, isDue: true },
  { turnCount: 3, forgottenAt: 3, retained: 1, isDue: false },
])(
  'with $turnCount turns, $forgottenAt at the last look and $retained to retain, a look is due: $isDue',
  (given) => {
    expect(isForgettingDue(given, given.retained)).toBe(given.isDue);
  },
);
