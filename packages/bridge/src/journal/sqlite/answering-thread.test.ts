import { describe, expect, it, onTestFinished } from 'vitest';
import { answeringThread } from './answering-thread.ts';

/** Counts what it was asked since it started; dies of `fail`. */
const program = `
let count = 0;
function answer(question) {
  if (question === 'fail') throw new Error('cannot answer');
  count += 1;
  return [workerData.path, question, count];
}
const end = () => {};
`;

function given() {
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
    await expect(asked[1]).rejects.toThrow('cannot answer');
    await thread.close();
    expect(await thread.ask('c')).toEqual(['/a/path', 'c', 1]);
  });

  it('can be closed before it was asked anything, and twice', async () => {
    const thread = given();
    await thread.close();
    await thread.ask('a');
    await Promise.all([thread.close(), thread.close()]);
  });
});
