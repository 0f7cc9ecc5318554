import type { Commit } from '../../ports/journal.ts';

/** `acks` syncs what carries an acknowledgement or a turn's end, `full` everything, `normal` nothing. */
export type JournalSync = 'acks' | 'full' | 'normal';

/** SQLite's `synchronous` for one transaction: FULL survives power loss, NORMAL a killed process. */
export function syncPolicy(sync: JournalSync, commits: readonly Commit[]): 'FULL' | 'NORMAL' {
  switch (sync) {
    case 'full':
      return 'FULL';
    case 'normal':
      return 'NORMAL';
    case 'acks':
      return commits.some((commit) => commit.isAcknowledged) ? 'FULL' : 'NORMAL';
    default:
      return sync satisfies never;
  }
}
