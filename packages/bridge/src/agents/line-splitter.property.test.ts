import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { type Line, LineSplitter } from './line-splitter.ts';

function split(bytes: Buffer, cuts: readonly number[], cap: number): Line[] {
  const splitter = new LineSplitter(cap);
  const lines: Line[] = [];
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  let start = 0;
  for (const end of ends) {
    lines.push(...splitter.push(bytes.subarray(start, end)));
    start = end;
  }
  const rest = splitter.end();
  return rest === undefined ? lines : [...lines, rest];
}

const text = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '\r\n', '\u2028')), {
  maxLength: 30,
});

test.prop([text, fc.array(fc.nat(), { maxLength: 20 }), fc.constantFrom(4, 16, 1_000)])(
  'any chunking of the bytes gives the same lines, over the cap or not',
  (parts, cuts, cap) => {
    const bytes = Buffer.from(parts.join(''));
    expect(split(bytes, cuts, cap)).toEqual(split(bytes, [], cap));
  },
);

test.prop([text, fc.array(fc.nat(), { maxLength: 20 })])(
  'joined again, the lines are the text',
  (parts, cuts) => {
    const whole = Buffer.from(parts.join('')).toString();
    const lines = split(Buffer.from(whole), cuts, 100_000);
    expect(whole.endsWith('\n') ? `${lines.join('\n')}\n` : lines.join('\n')).toBe(whole);
  },
);
