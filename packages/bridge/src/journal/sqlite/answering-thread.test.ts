import { describe, expect, it, onTestFinished } from 'vitest';
import { answeringThread } from './answering-thread.ts';
import { isDriverError } from './database.ts';

/** Counts what it was asked since it started; dies of `fail`. */
const counting = `
let count = 0;
function answer(question) {
  if (question === 'fail') throw new Error('cannot answer');
  count += 1;
  return [workerData.path, question, count];
}
const end = () => {};
`;

function given(program = counting) {
  const thread = answeringThread<string, readonly [string, string, number]>(program, '/a/path');
  onTestFinished(() => thread.close());
  return thread;
}

describe('a thread that answers', () => {
  it('answers in the order asked', async () => {
    const thread = given();
    expect(await Promise.all([thread.ask('a'), thread.ask('b')])).toEqual([
      ['/a/path', 'a', 1],
      ['/a/path', 'b', 2],
    ]);
  });

  it('rejects everything unanswered when it dies, and is started again by the next question', async () => {
    const thread = given();
    const asked = ['a', 'fail', 'b'].map((question) => thread.ask(question));
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    await expect(asked[1]).rejects.toMatchObject({ cause: { message: 'cannot answer' } });
    expect(isDriverError(await asked[2]?.catch((thrown: unknown) => thrown))).toBe(true);
    expect(await thread.ask('c')).toEqual(['/a/path', 'c', 1]);
  });

  it('rejects when its program is none', async () => {
    await expect(given('no program').ask('a')).rejects.toMatchObject({ code: 'ERR_INVALID_STATE' });
  });

  it('answers what it was asked before it is closed, and nothing after', async () => {
    const thread = given();
    const asked = [thread.ask('a'), thread.ask('b')];
    await Promise.all([thread.close(), thread.close()]);
    expect((await Promise.all(asked)).map(([, question]) => question)).toEqual(['a', 'b']);
    await expect(thread.ask('c')).rejects.toMatchObject({ code: 'ERR_INVALID_STATE' });
  });

  it('is not started by being closed', async () => {
    const thread = given();
    await thread.close();
    await expect(thread.ask('a')).rejects.toMatchObject({ code: 'ERR_INVALID_STATE' });
  });

  it('can be closed while it dies', async () => {
    const thread = given();
    const asked = thread.ask('fail').catch((thrown: unknown) => thrown);
    await thread.close();
    expect(await asked).toMatchObject({ code: 'ERR_INVALID_STATE' });
  });
});
