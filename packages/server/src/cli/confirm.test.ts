import { expect, test } from 'vitest';
import { CommandFailure } from './command-failure.ts';
import { confirm } from './confirm.ts';

const { signal } = new AbortController();

function terminalThatSays(answer: string | undefined) {
  const asked: string[] = [];
  let closes = 0;
  const open = () => ({
    ask: async (question: string) => {
      asked.push(question);
      return answer;
    },
    close: () => {
      closes += 1;
    },
  });
  return { open, asked, closes: () => closes };
}

test.each([
  ['y', true],
  [' Yes ', true],
  ['', false],
  ['no', false],
  ['yep', false],
  [undefined, false],
])('the answer %j means %s', async (answer, isYes) => {
  const terminal = terminalThatSays(answer);
  expect(await confirm({ question: 'Delete it?', isYes: false, signal }, terminal.open)).toBe(isYes);
  expect([terminal.asked, terminal.closes()]).toEqual([['Delete it? [y/N] '], 1]);
});

test('a yes on the command line asks nobody', async () => {
  const terminal = terminalThatSays('no');
  expect(await confirm({ question: 'Delete it?', isYes: true, signal }, terminal.open)).toBe(true);
  expect(terminal.asked).toEqual([]);
});

test('where nobody can be asked nothing is done, and --yes is named', async () => {
  const asking = confirm({ question: 'Delete it?', isYes: false, signal }, () => undefined);
  await expect(asking).rejects.toThrow(CommandFailure);
  await expect(asking).rejects.toMatchObject({ remedy: expect.stringContaining('--yes') });
});
