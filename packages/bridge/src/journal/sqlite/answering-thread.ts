import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A thread that answers one question after the other, while the event loop goes on. */
export interface AnsweringThread<Question, Answer> {
  /** Starts the thread with the first question, and again after it died. Rejects when it dies before the answer. */
  ask(question: Question): Promise<Answer>;
  /** Ends it once it has answered what it was asked. */
  close(): Promise<void>;
}

/** Turns a program into one that `answeringThread` can start: a text, because a host may be one bundle, which has no file to start a thread from. */
const started = (program: string) => `
const { parentPort, workerData } = require('node:worker_threads');
const { DatabaseSync } = require('node:sqlite');
${program}
parentPort.on('message', ({ question, isEnd }) => {
  if (!isEnd) return parentPort.postMessage(answer(question));
  end();
  parentPort.close();
});
`;

const heapMegabytes = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };

/**
 * Makes a thread of a program: JavaScript with the functions `answer(question)` and `end()`, which has `workerData`
 * (path) and `DatabaseSync` at hand. What `answer` throws ends the thread.
 */
export function answeringThread<Question, Answer>(
  program: string,
  path: string,
): AnsweringThread<Question, Answer> {
  let thread: Worker | undefined;
  let asked: PromiseWithResolvers<Answer>[] = [];
  const fail = (thrown: unknown) => {
    const unanswered = asked;
    asked = [];
    for (const { reject } of unanswered) reject(thrown);
  };
  const start = () => {
    const worker = new Worker(started(program), {
      eval: true,
      workerData: { path },
      resourceLimits: heapMegabytes,
      // Not those of the host, which may load what a thread of ours has no use for.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    worker.on('message', (answer: Answer) => {
      const [first, ...others] = asked;
      asked = others;
      // It keeps the process alive while it works, and only then.
      if (others.length === 0) worker.unref();
      first?.resolve(answer);
    });
    worker.on('error', fail);
    worker.once('exit', () => {
      if (thread === worker) thread = undefined;
      fail(new Error('its thread ended'));
    });
    return worker;
  };
  return {
    ask(question) {
      const answered = Promise.withResolvers<Answer>();
      asked.push(answered);
      thread ??= start();
      thread.ref();
      thread.postMessage({ question });
      return answered.promise;
    },
    async close() {
      if (thread === undefined) return;
      const exited = once(thread, 'exit');
      thread.ref();
      thread.postMessage({ isEnd: true });
      await exited;
    },
  };
}
