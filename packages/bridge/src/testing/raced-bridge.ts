import { DaemonError } from '@holdfast/protocol';
import type { Scheduler } from 'fast-check';
import { vi } from 'vitest';
import type { Logger } from '../ports/logger.ts';
import { FakeClock, settled } from './fake-clock.ts';
import { clearAway } from './sound-bridge.ts';
import { type TestBridge, testBridge } from './test-bridge.ts';

// Runs that somebody asked for may take as long as they take.
if (process.env['HOLDFAST_RUNS'] !== undefined) vi.setConfig({ testTimeout: 3_600_000 });

/** How often a race is run: `usual`, or HOLDFAST_RUNS. HOLDFAST_SEED repeats the orders of a run that failed. */
export function runs(usual: number): { numRuns: number; seed?: number } {
  const { HOLDFAST_RUNS: more, HOLDFAST_SEED: seed } = process.env;
  const numRuns = more === undefined ? usual : Number(more);
  return seed === undefined ? { numRuns } : { numRuns, seed: Number(seed) };
}

/** What became of a runner. */
export interface Runner<Result> {
  outcome: 'waiting' | 'done' | 'refused';
  result: Result | undefined;
  /** The code it was refused with. */
  code: string | undefined;
}

/** A bridge whose commits, agent calls and callers take their turns as a scheduler says. */
export interface Race extends TestBridge {
  /** Lines logged, message first. */
  readonly logged: readonly { readonly message: string; readonly sessionId: unknown }[];
  /** Takes part in the race: begins when the scheduler says so. */
  enter<Result>(name: string, act: () => Promise<Result> | Result): Runner<Result>;
  /** A step of a runner: goes on when the scheduler says so. */
  step(name: string): Promise<void>;
  /** Lets everybody who entered run until nothing is left to be done; after it everything is at once again. */
  run(): Promise<void>;
}

/** Sets a race up, runs it, and checks that nothing is left over once everything is closed. */
export async function race(
  scheduler: Scheduler,
  start: NonNullable<Parameters<typeof testBridge>[0]>,
  course: (race: Race) => Promise<void>,
): Promise<void> {
  const clock = new RacedClock();
  const logged: { message: string; sessionId: unknown }[] = [];
  const world = await testBridge({ ...start, clock, logger: loggerInto(logged) });
  const { agents } = world;
  let isRacing = false;
  const step = async (name: string) => {
    if (isRacing) await scheduler.schedule(Promise.resolve(), name);
  };
  const pass = agents.pass.bind(agents);
  agents.pass = async (method) => {
    await step(method);
    await pass(method);
  };
  const finish = () => {
    isRacing = false;
    clock.isRacing = false;
  };
  clock.scheduler = scheduler;
  const raced: Race = {
    ...world,
    logged,
    step,
    enter(name, act) {
      const runner: Runner<Awaited<ReturnType<typeof act>>> = {
        outcome: 'waiting',
        result: undefined,
        code: undefined,
      };
      void scheduler
        .schedule(Promise.resolve(), name)
        .then(act)
        .then(
          (result) => Object.assign(runner, { outcome: 'done', result }),
          (error: unknown) => Object.assign(runner, { outcome: 'refused', code: codeOf(error) }),
        );
      return runner;
    },
    async run() {
      isRacing = true;
      clock.isRacing = true;
      await drained(scheduler);
      finish();
      await settled();
    },
  };
  try {
    await course(raced);
    await clearAway(raced);
  } finally {
    finish();
    await drained(scheduler);
    await world.bridge.close({ drainTimeoutMs: 0 });
  }
}

/** Ticks of the event loop, commits among them, come when the scheduler says so. */
class RacedClock extends FakeClock {
  isRacing = false;
  scheduler: Scheduler | undefined;

  override nextTick(task: () => void): void {
    if (this.isRacing && this.scheduler !== undefined) {
      void this.scheduler.schedule(Promise.resolve(), 'tick').then(task);
    } else super.nextTick(task);
  }
}

/** More rounds than anything takes that the scheduler does not know of. */
const quietRounds = 80;

async function drained(scheduler: Scheduler): Promise<void> {
  for (let quiet = 0; quiet < quietRounds; quiet += 1) {
    if (scheduler.count() > 0) {
      quiet = 0;
      await scheduler.waitOne();
    }
    await settled(1);
  }
}

function loggerInto(logged: { message: string; sessionId: unknown }[]): Logger {
  const log: Logger['info'] = (fields, message) =>
    void logged.push({ message, sessionId: fields['sessionId'] });
  return { debug: log, info: log, warn: log, error: log };
}

const codeOf = (error: unknown): string => (error instanceof DaemonError ? error.code : String(error));
