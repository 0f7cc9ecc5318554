import { DaemonError } from '@holdfast/protocol';
import type { JournalStore, StoredJournal } from '../journal/store.ts';
import type { Commit } from '../ports/journal.ts';

/** A store that refuses to write when a test says so. Reading always works. */
export interface MoodyStore extends JournalStore {
  /** Refuses the commits it returns true for; undefined refuses none. */
  refuses: ((commit: Commit) => boolean) | undefined;
  /** Commits that were refused. */
  readonly refused: Commit[];
}

/** Puts moods over a real store. */
export function moody(store: JournalStore): MoodyStore {
  const refused: Commit[] = [];
  const { journal, index } = store;
  const moodyStore: MoodyStore = {
    refuses: undefined,
    refused,
    index,
    close: () => store.close(),
    journal: {
      epoch: journal.epoch,
      async commit(commit) {
        if (!moodyStore.refuses?.(commit)) return await journal.commit(commit);
        refused.push(commit);
        // As late as the real one: the group of this tick.
        await new Promise((resolve) => setImmediate(resolve));
        throw new DaemonError('journal_unavailable', 'the disk is full');
      },
      read: (...args) => journal.read(...args),
      readBack: (...args) => journal.readBack(...args),
      sizeOf: (sessionId) => journal.sizeOf(sessionId),
      history: (sessionId) => journal.history(sessionId),
      range: (sessionId) => journal.range(sessionId),
      watch: (...args) => journal.watch(...args),
      findKey: (...args) => journal.findKey(...args),
      findPrompt: (promptId) => journal.findPrompt(promptId),
      forgetKeys: (createdBefore) => journal.forgetKeys(createdBefore),
      findExtensionFact: (...args) => journal.findExtensionFact(...args),
      pressure: () => journal.pressure(),
      fault: () => journal.fault(),
      isRestored: journal.isRestored,
      settleRestore: () => journal.settleRestore(),
      isSkipped: (...args) => journal.isSkipped(...args),
      close: () => journal.close(),
    } satisfies StoredJournal,
  };
  return moodyStore;
}
