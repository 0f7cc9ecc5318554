import { mkdirSync } from 'node:fs';
import { journalFileIn } from '../../packages/bridge/src/journal/sqlite/journal-file.ts';
import { openSqliteStore } from '../../packages/bridge/src/journal/sqlite/open-sqlite-store.ts';
import type { JournalStore } from '../../packages/bridge/src/journal/store.ts';
import type { Clock } from '../../packages/bridge/src/ports/clock.ts';
import { randomIds } from '../../packages/bridge/src/runtime/random-ids.ts';
import { silentLogger } from '../../packages/bridge/src/runtime/silent-logger.ts';
import { systemClock } from '../../packages/bridge/src/runtime/system-clock.ts';
import { searchFileIn } from '../../packages/bridge/src/search/search-file.ts';
import { openSqliteSearch } from '../../packages/bridge/src/search/sqlite-search.ts';
import { projectsOf, SessionPast } from './session-past.ts';

export interface Generating {
  /** Made where it is missing; sessions that it has stay. */
  readonly stateDir: string;
  readonly workspace: string;
  readonly count: number;
  readonly turns?: number;
  /** Whether the full-text index is made as well. */
  readonly hasSearch: boolean;
  readonly onProgress?: (what: string) => void;
}

/** Time does not pass for the indexer, so that it makes no room for others: nobody else is here. */
const busyClock: Clock = { ...systemClock, elapsedMs: () => 0 };

/** Sessions handed to the journal in one tick: it makes transactions of them as it likes. */
const sessionsPerTick = 500;
const tellEvery = 10_000;

/** Writes past sessions into the journal of a state directory, and the directories they lived in. */
export async function generateSessions(generating: Generating): Promise<void> {
  const { stateDir, workspace, hasSearch, onProgress = () => {} } = generating;
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  for (const project of projectsOf(workspace)) mkdirSync(project, { recursive: true });
  const path = journalFileIn(stateDir);
  const store = await openSqliteStore({ path, sync: 'normal', clock: systemClock, ids: randomIds });
  try {
    await writeAll(store, generating);
    onProgress('sessions written');
    if (hasSearch) await makeSearchIndex(store, stateDir);
    if (hasSearch) onProgress('full-text index written');
  } finally {
    await store.close();
  }
}

async function writeAll(
  { journal }: JournalStore,
  { count, workspace, turns, onProgress = () => {} }: Generating,
): Promise<void> {
  const past = new SessionPast({ count, workspace, until: Date.now(), turns });
  for (let written = 0; written < count; written += sessionsPerTick) {
    const size = Math.min(sessionsPerTick, count - written);
    const commits = Array.from({ length: size }, (_, place) => past.session(written + place));
    await Promise.all(commits.map((commit) => journal.commit(commit)));
    if ((written + size) % tellEvery === 0) onProgress(`${written + size} sessions`);
  }
}

async function makeSearchIndex({ journal, index }: JournalStore, stateDir: string): Promise<void> {
  const search = openSqliteSearch({
    path: searchFileIn(stateDir),
    ...{ journal, index, clock: busyClock, logger: silentLogger },
  });
  // Nothing of the index keeps a process alive by itself.
  const alive = setInterval(() => {}, 60_000);
  try {
    await search.settled(3_600_000);
  } finally {
    await search.close();
    clearInterval(alive);
  }
}
