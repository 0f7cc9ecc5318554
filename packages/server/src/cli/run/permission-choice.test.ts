import { expect, test } from 'vitest';
import { choiceFromAnswer, choiceWithoutAsking, permissionTitle, questionText } from './permission-choice.ts';

const options = [
  { optionId: 'always', name: 'Always', kind: 'allow_always' },
  { optionId: 'once', name: 'Once', kind: 'allow_once' },
  { optionId: 'no', name: 'No', kind: 'reject_once' },
];

test('granting without asking grants as little as is offered', () => {
  expect(choiceWithoutAsking('all', options)?.optionId).toBe('once');
  expect(choiceWithoutAsking('all', options.slice(0, 1))?.optionId).toBe('always');
});

test('refusing without asking uses the agent’s own refusal, and invents none', () => {
  expect(choiceWithoutAsking('none', options)?.optionId).toBe('no');
  expect(choiceWithoutAsking('none', options.slice(0, 2))).toBeUndefined();
});

test.each([
  ['2', options[1]],
  [' 3 ', options[2]],
  ['y', options[1]],
  ['No', options[2]],
  ['c', 'cancel'],
  ['0', undefined],
  ['4', undefined],
  ['', undefined],
  ['-1', undefined],
  ['perhaps', undefined],
])('the answer %j is understood', (answer, meant) => {
  expect(choiceFromAnswer(answer, options)).toBe(meant);
});

test('a question shows what is asked and what can be answered, without control characters', () => {
  expect(questionText('Write\u001b[2J x', options.slice(2))).toBe('The agent asks: Write[2J x\n  1) No\n');
  expect(permissionTitle({ kind: 'edit' })).toBe('edit');
  expect(permissionTitle({})).toBe('a tool call');
});
