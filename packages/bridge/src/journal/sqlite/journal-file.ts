import { join } from 'node:path';

/** Where a state directory keeps its journal. */
export const journalFileIn = (stateDir: string): string => join(stateDir, 'journal.sqlite');
