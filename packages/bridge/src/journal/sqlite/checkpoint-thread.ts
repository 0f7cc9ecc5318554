import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What became of a checkpoint. */
export type CheckpointOutcome =
  /** The log begins anew. Not when somebody else reads in it. */
  | { readonly kind: 'done'; readonly hasRestarted: boolean }
  /** `errcode` is SQLite's extended result code. */
  | { readonly kind: 'failed'; readonly message: string; readonly errcode: number };

/** Moves the log into the database, with every sync that takes, while the event loop goes on. */
export interface Checkpointer {
  /** One at a time, and nobody may write meanwhile. */
  checkpoint(): Promise<CheckpointOutcome>;
  /** Ends it; not while it is at work. */
  close(): Promise<void>;
}

/**
 * What the thread runs: a text, because a host may be one bundle, which has no file to start a thread from. After the log
 * began anew, the first transaction writes and syncs its header: the thread makes one, so that the event loop need not.
 */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const { DatabaseSync } = require('node:sqlite');
const database = new DatabaseSync(workerData.path, { timeout: 50 });
database.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -64');
const restart = database.prepare('PRAGMA wal_checkpoint(RESTART)');
const begin = database.prepare(
  "INSERT INTO meta (name, value) VALUES ('checkpoints', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1");
function checkpoint() {
  try {
    const hasRestarted = restart.get().busy === 0;
    if (hasRestarted) begin.run();
    return { kind: 'done', hasRestarted };
  } catch (thrown) {
    return { kind: 'failed', message: String(thrown.message), errcode: thrown.errcode ?? 0 };
  }
}
parentPort.on('message', (isEnd) => {
  if (!isEnd) return parentPort.postMessage(checkpoint());
  database.close();
  parentPort.close();
});
`;

const heapMegabytes = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };

/** A thread with a connection of its own; it starts with the first checkpoint, and again after it died. */
export function checkpointThread(path: string): Checkpointer {
  let thread: Worker | undefined;
  let report = (_outcome: CheckpointOutcome) => {};
  const failed = (message: string) => report({ kind: 'failed', message, errcode: 0 });
  const start = () => {
    const started = new Worker(program, {
      eval: true,
      workerData: { path },
      resourceLimits: heapMegabytes,
      // Not those of the host, which may load what a thread of ours has no use for.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    started.on('message', (outcome) => report(outcome));
    started.on('error', (thrown) => failed(thrown instanceof Error ? thrown.message : String(thrown)));
    started.once('exit', () => {
      if (thread === started) thread = undefined;
      failed('its thread ended');
    });
    return started;
  };
  return {
    async checkpoint() {
      const { promise, resolve } = Promise.withResolvers<CheckpointOutcome>();
      report = resolve;
      thread ??= start();
      // It keeps the process alive while it works, and only then.
      thread.ref();
      thread.postMessage(false);
      const outcome = await promise;
      thread?.unref();
      return outcome;
    },
    async close() {
      if (thread === undefined) return;
      const exited = once(thread, 'exit');
      thread.ref();
      thread.postMessage(true);
      await exited;
    },
  };
}
