import { Worker } from 'node:worker_threads';

/** A thread that answers one question after the other, while the event loop goes on. */
export interface AnsweringThread<Question, Answer> {
  /**
   * Starts the thread with the first question, and again after it died. Rejects with the code `ERR_INVALID_STATE` when it
   * cannot be started, dies before the answer, or was closed.
   */
  ask(question: Question): Promise<Answer>;
  /** Ends it once it has answered what it was asked; for good. */
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
  let running: Running<Answer> | undefined;
  let isClosed = false;
  const start = (): Running<Answer> => {
    const worker = new Worker(started(program), {
      eval: true,
      workerData: { path },
      resourceLimits: heapMegabytes,
      // Not those of the host, which may load what a thread of ours has no use for.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    const thread: Running<Answer> = { worker, unanswered: [] };
    worker.on('message', (answer: Answer) => {
      const [first, ...others] = thread.unanswered;
      thread.unanswered = others;
      // It keeps the process alive while it works, and only then.
      if (others.length === 0 && !isClosed) worker.unref();
      first?.resolve(answer);
    });
    const fail = (cause?: unknown) => {
      if (running === thread) running = undefined;
      for (const { reject } of thread.unanswered.splice(0)) reject(gone('its thread ended', cause));
    };
    worker.on('error', fail);
    worker.once('exit', () => fail());
    return thread;
  };
  return {
    async ask(question) {
      if (isClosed) throw gone('its thread was closed');
      running ??= startOr(start);
      const { worker } = running;
      worker.ref();
      worker.postMessage({ question });
      const answered = Promise.withResolvers<Answer>();
      running.unanswered.push(answered);
      return answered.promise;
    },
    async close() {
      isClosed = true;
      const worker = running?.worker;
      if (worker === undefined) return;
      const exited = new Promise((resolve) => worker.once('exit', resolve));
      worker.ref();
      worker.postMessage({ isEnd: true });
      await exited;
    },
  };
}

interface Running<Answer> {
  readonly worker: Worker;
  /** In the order asked. */
  unanswered: PromiseWithResolvers<Answer>[];
}

function startOr<Thread>(start: () => Thread): Thread {
  try {
    return start();
  } catch (cause) {
    throw gone('its thread cannot be started', cause);
  }
}

const gone = (message: string, cause?: unknown) =>
  Object.assign(new Error(message, { cause }), { code: 'ERR_INVALID_STATE' });
