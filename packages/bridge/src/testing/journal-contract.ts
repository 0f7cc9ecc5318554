import { journalCommitContract } from './journal-commit-contract.ts';
import { journalExtensionsContract } from './journal-extensions-contract.ts';
import { journalForgettingContract } from './journal-forgetting-contract.ts';
import { journalKeysContract } from './journal-keys-contract.ts';
import { journalPromptsContract } from './journal-prompts-contract.ts';
import { journalReadingContract } from './journal-reading-contract.ts';
import type { Medium } from './journal-samples.ts';

/** What every journal does. Each adapter runs it. */
export function journalContract(name: string, openMedium: () => Promise<Medium>): void {
  journalCommitContract(name, openMedium);
  journalReadingContract(name, openMedium);
  journalForgettingContract(name, openMedium);
  journalKeysContract(name, openMedium);
  journalExtensionsContract(name, openMedium);
  journalPromptsContract(name, openMedium);
}
