import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { keepAlive } from '../runtime/keep-alive.ts';
import { isOutOfFiles } from '../runtime/open-files.ts';
import { findProcesses, signalGroup, signalProcess } from '../runtime/process-table.ts';
import { markerVariable } from './process-ledger.ts';

/** How long each step of a stop may take before the next, harder one. */
export interface StopGraces {
  /** From the end of stdin to TERM (ms). */
  readonly eofGraceMs: number;
  /** From TERM to KILL (ms). */
  readonly termGraceMs: number;
}

export const defaultStopGraces: StopGraces = Object.freeze({ eofGraceMs: 2_000, termGraceMs: 2_000 });

/** What must be gone in the end: the group, and whatever carries the marker, in whichever session. */
export interface Remains {
  /** The leader's pid and so the group's id; undefined when only the marker is known. */
  readonly groupId: number | undefined;
  readonly startTime: string | undefined;
  readonly marker: string;
}

export interface Termination {
  readonly remains: Remains;
  /** Ends the leader's stdin. */
  readonly endInput: () => void;
  readonly leaderExited: Promise<unknown>;
  /** Settles when there is no time for manners left. */
  readonly hurry: Promise<'hurry'>;
  readonly graces: StopGraces;
  readonly clock: Clock;
}

const firstPollMs = 10;
const slowestPollMs = 200;
/**
 * What survives KILL for so many looks, 15 s at their slowest, sits in the kernel; the ledger keeps it for the next sweep.
 * Looks and not time: on a machine where we get no turn, those we killed get none to end in.
 */
const giveUpAfterLooks = 80;

/** Ends stdin, then TERM, then KILL to all of it; resolves to whether nothing is left. */
export async function terminate(stop: Termination, logger: Logger): Promise<boolean> {
  const release = keepAlive();
  try {
    stop.endInput();
    const first = await within(stop.clock, stop.graces.eofGraceMs, [stop.hurry, stop.leaderExited]);
    if (first !== 'hurry') {
      // Told by EOF and gone, or deaf to it: what is left hears TERM either way.
      if (await isGone(stop.remains)) return true;
      await signalRemains(stop.remains, 'SIGTERM');
      if (await goneWithin(stop, stop.graces.termGraceMs)) return true;
    }
    return await killRemains(stop.remains, stop.clock, logger);
  } finally {
    release();
  }
}

/** KILL until nothing is left; resolves to whether that came about. */
export async function killRemains(remains: Remains, clock: Clock, logger: Logger): Promise<boolean> {
  for (let looks = 1, pollMs = firstPollMs; ; looks += 1, pollMs = Math.min(pollMs * 2, slowestPollMs)) {
    // Again each time round: between a look and its KILL a process may have had a child.
    const left = await signalRemains(remains, 'SIGKILL');
    if (left?.length === 0) return true;
    if (looks === giveUpAfterLooks) {
      logger.error({ pids: left, marker: remains.marker }, 'agent processes survive SIGKILL');
      return false;
    }
    await wait(clock, pollMs);
  }
}

async function goneWithin(stop: Termination, graceMs: number): Promise<boolean> {
  const deadline = stop.clock.elapsedMs() + graceMs;
  // While the leader lives there is nothing to look for.
  if ((await within(stop.clock, graceMs, [stop.hurry, stop.leaderExited])) === 'hurry') return false;
  for (let pollMs = firstPollMs; ; pollMs = Math.min(pollMs * 2, slowestPollMs)) {
    if (await isGone(stop.remains)) return true;
    const leftMs = deadline - stop.clock.elapsedMs();
    if (leftMs <= 0) return false;
    if ((await within(stop.clock, Math.min(pollMs, leftMs), [stop.hurry])) === 'hurry') return false;
  }
}

/** Undefined when it cannot be told: looking takes descriptors, and there are none. */
async function find(remains: Remains): Promise<readonly number[] | undefined> {
  try {
    return await findProcesses({
      groupId: remains.groupId,
      marker: `${markerVariable}=${remains.marker}`,
      since: remains.startTime,
    });
  } catch (error) {
    if (isOutOfFiles(error)) return undefined;
    throw error;
  }
}

const isGone = async (remains: Remains) => (await find(remains))?.length === 0;

async function signalRemains(
  remains: Remains,
  signal: NodeJS.Signals,
): Promise<readonly number[] | undefined> {
  const pids = await find(remains);
  if (pids === undefined) return undefined;
  // The whole group in one call first, so that none of it sees the others fall and starts anew.
  if (remains.groupId !== undefined && pids.length > 0) signalGroup(remains.groupId, signal);
  for (const pid of pids) signalProcess(pid, signal);
  return pids;
}

function wait(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(delayMs, resolve));
}

/** What comes first of `events`; undefined after `delayMs`. */
async function within<T>(
  clock: Clock,
  delayMs: number,
  events: readonly Promise<T>[],
): Promise<T | undefined> {
  let cancel = () => {};
  const timeout = new Promise<undefined>((resolve) => {
    cancel = clock.after(delayMs, () => resolve(undefined));
  });
  return await Promise.race([timeout, ...events]).finally(() => cancel());
}
