/** Ids of one stream: 2^32 of them. */
export const seqSpan = 2 ** 32;
const lastSafeStream = 2 ** 21;

/** The key of an event or fact. Past two million streams it outgrows a double and becomes a bigint. */
export function eventKey(stream: number, seq: number): number | bigint {
  if (stream < lastSafeStream) return stream * seqSpan + seq;
  return BigInt(stream) * BigInt(seqSpan) + BigInt(seq);
}

/** SQL that reads the id out of a key; exact for every key. */
export const seqOfKey = `k & ${seqSpan - 1}`;
