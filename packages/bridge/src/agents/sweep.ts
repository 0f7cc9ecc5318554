import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { bootId, findProcess } from '../runtime/process-table.ts';
import type { LedgerEntry, ProcessLedger } from './process-ledger.ts';
import { killRemains, type Remains } from './terminate.ts';

/**
 * Kills what a crashed daemon left, and resolves when it is gone. A process is ours if pid and start time are those
 * on record, or if it carries the recorded marker; nothing is ever judged by its name.
 */
export async function sweep(ledger: ProcessLedger, clock: Clock, logger: Logger): Promise<void> {
  const thisBoot = bootId();
  const sweepEntry = async (entry: LedgerEntry) => {
    // Nothing outlives the machine's boot, and its pids mean others now.
    const isGone = entry.bootId !== thisBoot || (await killRemains(remainsOf(entry), clock, logger));
    if (isGone) ledger.remove(entry.marker);
    logger.info({ agent: entry.agent, pid: entry.pid, isGone }, 'swept an agent of an earlier daemon');
  };
  await Promise.all(ledger.entries().map(sweepEntry));
}

function remainsOf(entry: LedgerEntry): Remains {
  const { marker, pid, startTime } = entry;
  if (pid === undefined) return { groupId: undefined, startTime: undefined, marker };
  const running = findProcess(pid);
  const isLeader = running?.startTime === startTime && running?.groupId === pid;
  // The leader gone, its number may have gone to another group: then only the marker tells what is ours.
  return { groupId: isLeader ? pid : undefined, startTime, marker };
}
