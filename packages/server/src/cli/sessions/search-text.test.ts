import type { SearchHit } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { searchNotes, searchText } from './search-text.ts';

const hit = (changes: Partial<SearchHit> = {}): SearchHit => ({
  sessionId: 's-1',
  title: 'Mend',
  workspaceCwd: '/srv',
  agent: 'demo',
  promptId: 'prompt_1',
  generation: 1,
  at: 0,
  firstEventId: 1,
  lastEventId: 9,
  matches: [{ role: 'agent', text: 'the heron\nflies', highlights: [{ start: 4, end: 9 }] }],
  ...changes,
});

test('a hit names session, time and prompt, and marks the words', () => {
  const paint = (style: string, text: string) => (style === 'yellow' ? `*${text}*` : text);
  const lines = searchText({ hits: [hit()] }, paint).split('\n');
  expect(lines[0]).toBe('Mend');
  expect(lines[1]).toMatch(/^s-1 {2}\S+ \S+ {2}prompt_1$/);
  expect(lines[2]).toBe('    the *heron* flies');
});

test('without colours the text is as it was said; the user’s words are told apart', () => {
  const matches = [{ role: 'user' as const, text: 'a heron?', highlights: [{ start: 2, end: 7 }] }];
  expect(searchText({ hits: [hit({ matches })] })).toContain('\n  > a heron?\n');
  expect(searchText({ hits: [] })).toBe('nothing was found\n');
});

test('more hits and turns that were not read yet are told', () => {
  const page = { hits: [hit()], isComplete: true, pendingSessions: 0 };
  expect(searchNotes(page)).toBe('');
  expect(searchNotes({ ...page, nextCursor: 'c' })).toContain('1 turn, and there are more');
  expect(searchNotes({ ...page, isComplete: false, pendingSessions: 2 })).toContain(
    '2 sessions not read yet',
  );
});
