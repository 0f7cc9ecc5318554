import { execFileSync } from 'node:child_process';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { shellQuote, shellWords } from './shell-words.ts';

describe('a command line is split as a shell would', () => {
  test.each([
    ['one two', ['one', 'two']],
    ['  spaced\t out  ', ['spaced', 'out']],
    [`'single $x "kept"' tail`, ['single $x "kept"', 'tail']],
    [`"double \\" \\$ \\n" x`, ['double " $ \\n', 'x']],
    ['back\\ slash', ['back slash']],
    [`glued'to'"gether"`, ['gluedtogether']],
    [`'' ""`, ['', '']],
    ['', []],
  ])('%s', (line, words) => {
    expect(shellWords(line)).toEqual(words);
  });

  test.each(["an 'open quote", 'a "double one', 'a last \\'])('%s is refused', (line) => {
    expect(() => shellWords(line)).toThrow(expect.objectContaining({ code: 'invalid_option' }));
  });

  property.prop([fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 6 })])(
    'what is quoted is read back unchanged',
    (words) => {
      expect(shellWords(words.map(shellQuote).join(' '))).toEqual(words);
    },
  );

  test('a real shell agrees about what we quote', () => {
    const words = [`it's`, '$HOME', 'a b', '*', '"', '\\', 'plain'];
    const script = `printf '%s\\n' ${words.map(shellQuote).join(' ')}`;
    expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })).toBe(`${words.join('\n')}\n`);
  });
});
