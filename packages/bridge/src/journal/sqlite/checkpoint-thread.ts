import { answeringThread } from './answering-thread.ts';

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
 * After the log began anew, the first transaction writes and syncs its header: the thread makes one, so that the event
 * loop need not.
 */
const program = `
const database = new DatabaseSync(workerData.path, { timeout: 50 });
database.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -64');
const restart = database.prepare('PRAGMA wal_checkpoint(RESTART)');
const begin = database.prepare(
  "INSERT INTO meta (name, value) VALUES ('checkpoints', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1");
function answer() {
  try {
    const hasRestarted = restart.get().busy === 0;
    if (hasRestarted) begin.run();
    return { kind: 'done', hasRestarted };
  } catch (thrown) {
    return { kind: 'failed', message: String(thrown.message), errcode: thrown.errcode ?? 0 };
  }
}
const end = () => database.close();
`;

/** A thread with a connection of its own; it starts with the first checkpoint, and again after it died. */
export function checkpointThread(path: string): Checkpointer {
  const thread = answeringThread<'checkpoint', CheckpointOutcome>(program, path);
  return {
    checkpoint: () => thread.ask('checkpoint').catch(failed),
    close: () => thread.close(),
  };
}

const failed = (thrown: unknown): CheckpointOutcome => ({
  kind: 'failed',
  message: thrown instanceof Error ? thrown.message : String(thrown),
  errcode: 0,
});
