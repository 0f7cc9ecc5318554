import { systemClock } from '@holdfast/bridge';
import type { HoldfastClient } from '@holdfast/sdk';
import { type ExitCode, exitCodes } from './exit-code.ts';
import type { CommandArguments } from './parse-arguments.ts';
import { reachDaemon } from './reach-daemon.ts';
import { listenForStop } from './stop-signals.ts';

/** What a command does with the daemon that runs; the signal says that it was interrupted. */
export type DaemonWork = (client: HoldfastClient, signal: AbortSignal) => Promise<ExitCode>;

/** Runs a command against the daemon until it is done or interrupted. @throws CommandFailure when no daemon runs */
export async function onDaemon(args: CommandArguments, work: DaemonWork): Promise<ExitCode> {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  const unlisten = listenForStop(systemClock, { onStop: leave, onInsist: leave });
  try {
    return await work(await reachDaemon(args), leaving.signal);
  } catch (error) {
    // What was under way rejects when it is interrupted, and that is what was asked for.
    if (leaving.signal.aborted) return exitCodes.cancelled;
    throw error;
  } finally {
    unlisten();
  }
}
