import type { Generation } from '../session/generations.ts';

/** The generation that an event was recorded in, as far as it is remembered. */
export const generationAt = (
  { generations }: { readonly generations: readonly Generation[] },
  seq: number,
): number => generations.findLast(({ afterEventId }) => afterEventId < seq)?.generation ?? 1;
