import { crc32 } from 'node:zlib';

const typeSeeds = new Map<string, number>();
const maxSeeds = 256;

/** CRC-32 of a recorded entry: its JSON, its type and its place, so that a row that moved is noticed as well. */
export function entryChecksum(json: string, type: string, place: number): number {
  return crc32(json, (typeSeed(type) ^ place) >>> 0);
}

/** CRC-32 of a text that stands by itself. */
export const textChecksum = (text: string): number => crc32(text);

function typeSeed(type: string): number {
  const known = typeSeeds.get(type);
  if (known !== undefined) return known;
  const seed = crc32(type);
  if (typeSeeds.size < maxSeeds) typeSeeds.set(type, seed);
  return seed;
}
