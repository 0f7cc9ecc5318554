import { journalCommitContract } from './journal-commit-contract.ts';
import { journalKeysContract } from './journal-keys-contract.ts';
import { journalReadingContract } from './journal-reading-contract.ts';
import type { Medium } from './journal-samples.ts';

/** What every journal does. Each adapter runs it. */
export function journalContract(name: string, openMedium: () => Promise<Medium>): void {
  journalCommitContract(name, openMedium);
  journalReadingContract(name, openMedium);
  journalKeysContract(name, openMedium);
}
