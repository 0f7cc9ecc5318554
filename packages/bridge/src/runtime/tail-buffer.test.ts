import { describe, expect, it } from 'vitest';
import { TailBuffer } from './tail-buffer.ts';

const tailOf = (limit: number, ...chunks: string[]) => {
  const tail = new TailBuffer(limit);
  for (const chunk of chunks) tail.push(Buffer.from(chunk));
  return tail.text();
};

describe('a tail buffer', () => {
  it('keeps everything up to its limit, and then the last bytes', () => {
    expect(tailOf(4)).toBe('');
    expect(tailOf(4, 'ab', 'cd')).toBe('abcd');
    expect(tailOf(4, 'ab', 'cd', 'e')).toBe('bcde');
    expect(tailOf(4, 'ab', 'cdefghi')).toBe('fghi');
    expect(tailOf(4, 'abcd', 'efgh')).toBe('efgh');
  });

  it('never begins with half a character', () => {
    expect(tailOf(4, 'é€x')).toBe('€x');
    expect(tailOf(3, '€xy')).toBe('xy');
  });
});
