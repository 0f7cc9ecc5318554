import type { Commit } from '../../ports/journal.ts';

/** `acks` syncs what carries an acknowledgement or a turn's start or end, `full` everything, `normal` nothing. */
export type JournalSync = 'acks' | 'full' | 'normal';

/** Whether a commit must be forced to the disk before it counts: then it survives power loss, else a killed process. */
export function needsSync(sync: JournalSync, commit: Commit): boolean {
  switch (sync) {
    case 'full':
      return true;
    case 'normal':
      return false;
    case 'acks':
      return commit.isAcknowledged;
    default:
      return sync satisfies never;
  }
}
