import { describe, expect, it } from 'vitest';
import { branchStem, branchTitles } from './branch-title.ts';

const id = 'a1b2c3d4-0000-4000-8000-000000000001';

function first(stem: string, count: number, word?: 'Branch' | 'checkpoint'): string[] {
  const titles = branchTitles(stem, word);
  return Array.from({ length: count }, () => titles.next().value);
}

describe('the title of a branch', () => {
  it('counts up from the second on', () => {
    expect(first('Birds', 3)).toEqual(['Birds (Branch)', 'Birds (Branch 2)', 'Birds (Branch 3)']);
    expect(first('Birds', 2, 'checkpoint')).toEqual(['Birds (checkpoint)', 'Birds (checkpoint 2)']);
  });

  it.each([
    ['the given name, before the title of its source', 'Wings', 'Birds', 'Wings'],
    ['the title of its source where none is given', undefined, 'Birds', 'Birds'],
    ['a title without an old suffix', undefined, 'Birds (Branch 12)', 'Birds'],
    ['a name without an old suffix', 'Birds (checkpoint)', undefined, 'Birds'],
    ['the title where the name is a suffix alone', '(Branch)', 'Birds', 'Birds'],
    ['the beginning of the id where there is no title', undefined, undefined, 'a1b2c3d4'],
    ['the beginning of the id where both are a suffix alone', ' (Branch 2) ', '(Branch)', 'a1b2c3d4'],
    ['the beginning of the id where there is nothing but blanks', '  ', ' ', 'a1b2c3d4'],
  ])('is made of %s', (_, name, title, stem) => {
    expect(branchStem(name, title, id)).toBe(stem);
  });

  it('is 256 characters at most, and keeps its suffix', () => {
    for (const title of first('x'.repeat(300), 11)) {
      expect(title).toHaveLength(256);
      expect(title).toMatch(/x \(Branch( \d+)?\)$/);
    }
  });
});
