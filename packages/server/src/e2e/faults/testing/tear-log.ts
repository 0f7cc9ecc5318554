import { appendFileSync, readFileSync, truncateSync } from 'node:fs';

const headerBytes = 32;
const frameHeaderBytes = 24;

/** How much of an SQLite log counts: the frames that carry the salts of its header (sqlite.org/fileformat2, 4.1). */
export function liveLogBytes(log: string): number {
  const content = readFileSync(log);
  if (content.length < headerBytes) return 0;
  const frameBytes = frameHeaderBytes + content.readUInt32BE(8);
  const salts = content.subarray(16, 24);
  let end = headerBytes;
  while (end + frameBytes <= content.length && content.subarray(end + 8, end + 16).equals(salts)) {
    end += frameBytes;
  }
  return end;
}

/** Cuts a log in the middle of what counts, within a frame, and leaves rubbish behind it, as a torn write would. */
export function tearLog(log: string): void {
  truncateSync(log, Math.floor(liveLogBytes(log) / 2) + 100);
  appendFileSync(log, 'torn'.repeat(1_000));
}
