import { describe, expect, test } from 'vitest';
import { CommandFailure } from './command-failure.ts';
import { matching, onlyOne } from './name-session.ts';

const candidates = [
  { sessionId: 's-1', title: 'Mend the tests' },
  { sessionId: 's-2', title: 'Mend the tests of the server' },
  { sessionId: 's-3', title: 'Do not mend the tests' },
  { sessionId: 's-4' },
];
const idsOf = (word: string) => matching(word, candidates).map(({ sessionId }) => sessionId);

test('a whole title wins over those it begins, whatever the case; the middle of a title names nothing', () => {
  expect(idsOf('mend the TESTS')).toEqual(['s-1']);
  expect(idsOf('Mend')).toEqual(['s-1', 's-2']);
  expect(idsOf('tests')).toEqual([]);
});

describe('a word', () => {
  test('that names one session is that session', () => {
    expect(onlyOne('x', [{ sessionId: 's-1' }])).toBe('s-1');
  });

  test('that names none is told with what would', () => {
    expect(() => onlyOne('x', [])).toThrow('no session is named "x"');
    try {
      onlyOne('x', []);
    } catch (error) {
      expect(error).toBeInstanceOf(CommandFailure);
      expect(error).toHaveProperty('remedy', expect.stringContaining('sessions list'));
    }
  });

  test('that names several is told with them, at most ten', () => {
    const many = Array.from({ length: 12 }, (_, place) => ({
      sessionId: `s-${place}`,
      title: `t\n${place}`,
    }));
    try {
      onlyOne('t', many);
      expect.unreachable();
    } catch (error) {
      const lines = String(error).split('\n');
      expect(lines[0]).toContain('"t" means 12 sessions:');
      expect(lines.slice(1)).toHaveLength(11);
      expect(lines[1]).toBe('  s-0  t 0');
      expect(lines.at(-1)).toBe('  and 2 more');
    }
  });
});
