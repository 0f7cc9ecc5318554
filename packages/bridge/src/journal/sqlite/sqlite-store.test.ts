import { journalContract } from '../../testing/journal-contract.ts';
import { sessionIndexContract } from '../../testing/session-index-contract.ts';
import { sqliteMedium } from '../../testing/sqlite-medium.ts';

journalContract('SQLite', sqliteMedium);
sessionIndexContract('SQLite', sqliteMedium);
