import { describe, expect, it } from 'vitest';
import { type Line, LineSplitter } from './line-splitter.ts';

const mib = 1_048_576;

function split(chunks: readonly Buffer[], cap = mib): Line[] {
  const splitter = new LineSplitter(cap);
  const lines = chunks.flatMap((chunk) => [...splitter.push(chunk)]);
  const rest = splitter.end();
  return rest === undefined ? lines : [...lines, rest];
}

describe('the line splitter', () => {
  it('splits at LF only, never inside a JSON string that holds a line separator', () => {
    expect(split([Buffer.from('"a\u2028b\u2029c"\n"d\u0085e"\n')])).toEqual([
      '"a\u2028b\u2029c"',
      '"d\u0085e"',
    ]);
  });

  it('keeps a character whole whose bytes arrive in two chunks', () => {
    const bytes = Buffer.from('"héé€😀"\n');
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(split([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(['"héé€😀"']);
    }
  });

  it('gives the half line at the end of the stream by itself', () => {
    const splitter = new LineSplitter(mib);
    expect(splitter.push(Buffer.from('whole\nhal'))).toEqual(['whole']);
    expect(splitter.end()).toBe('hal');
    expect(splitter.end()).toBeUndefined();
  });

  it('drops a line over the cap, keeps its beginning and its size, and goes on with the next', () => {
    const lines = split(
      [Buffer.from('before\n{"id":1'), Buffer.alloc(5_000, 'x'), Buffer.from('\nafter\n')],
      4_096,
    );
    expect(lines[0]).toBe('before');
    expect(lines[1]).toMatchObject({ sizeBytes: 5_007 });
    expect(typeof lines[1] === 'object' && lines[1].head.startsWith('{"id":1xxx')).toBe(true);
    expect(lines[2]).toBe('after');
  });

  it('takes a line of exactly the cap', () => {
    expect(split([Buffer.from('12345678\n123456789\n')], 8)).toEqual([
      '12345678',
      { head: '123456789', sizeBytes: 9 },
    ]);
  });

  it('copies a long line that trickles in a bounded number of times', () => {
    const splitter = new LineSplitter(32 * mib);
    const piece = Buffer.alloc(64, 'x');
    const startedAt = process.cpuUsage().user;
    // 16 MiB in 262,144 pieces: joined anew for each piece this would copy 2 TiB.
    for (let size = 0; size < 16 * mib; size += piece.length) splitter.push(piece);
    const [line] = splitter.push(Buffer.from('\n'));
    expect(typeof line === 'string' && line.length).toBe(16 * mib);
    expect(process.cpuUsage().user - startedAt).toBeLessThan(10_000_000);
  });
});
