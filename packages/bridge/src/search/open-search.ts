import type { JournalStore } from '../journal/store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { SearchIndex } from '../ports/search-index.ts';
import type { StateDir } from '../runtime/state-dir.ts';
import { scanSearch } from './scan-search.ts';
import { searchFileIn } from './search-file.ts';
import { openSqliteSearch } from './sqlite-search.ts';

/** The search of a bridge's journal. A file that cannot be made keeps nobody from working: then every search reads all. */
export function openSearch(
  stateDir: StateDir,
  { journal, index }: JournalStore,
  ports: { readonly clock: Clock; readonly logger: Logger },
): SearchIndex {
  if (stateDir.isTemporary) return scanSearch(journal, index);
  const path = searchFileIn(stateDir.path);
  try {
    return openSqliteSearch({ path, journal, index, ...ports });
  } catch (thrown) {
    ports.logger.error({ err: thrown, path }, 'the search index cannot be opened; searches will be slow');
    return scanSearch(journal, index);
  }
}
