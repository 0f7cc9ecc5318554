import { randomIds } from '../../runtime/random-ids.ts';
import { systemClock } from '../../runtime/system-clock.ts';
import { journalContract } from '../../testing/journal-contract.ts';
import type { Medium } from '../../testing/journal-samples.ts';
import { sessionIndexContract } from '../../testing/session-index-contract.ts';
import { memoryRecords } from './memory-records.ts';
import { openMemoryStore } from './open-memory-store.ts';

async function memoryMedium(): Promise<Medium> {
  const records = memoryRecords();
  return {
    open: () => openMemoryStore({ clock: systemClock, ids: randomIds, records }),
    dispose: async () => {},
  };
}

journalContract('memory', memoryMedium);
sessionIndexContract('memory', memoryMedium);
