import { memoryRecords } from '../journal/memory/memory-records.ts';
import { openMemoryStore } from '../journal/memory/open-memory-store.ts';
import { randomIds } from '../runtime/random-ids.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { type SearchMedium, searchContract } from '../testing/search-contract.ts';
import { scanSearch } from './scan-search.ts';

async function scanned(): Promise<SearchMedium> {
  const records = memoryRecords();
  return {
    async open() {
      const store = await openMemoryStore({ clock: systemClock, ids: randomIds, records });
      return { store, search: scanSearch(store.journal, store.index) };
    },
    dispose: async () => {},
  };
}

searchContract('a search that reads everything', scanned);
