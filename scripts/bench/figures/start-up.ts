import type { Bench } from '../bench.ts';
import { stateWith } from '../generated.ts';
import type { Row } from '../row.ts';
import type { Target } from '../target.ts';

/** What a start took: until the first 200, and the CPU time by then (ms). */
interface Start {
  readonly timeMs: number;
  readonly cpuMs: number;
}

/** P9: from the start of the process to its first 200. */
export async function startUp(bench: Bench): Promise<readonly Row[]> {
  const { isSmoke, repeat } = bench.options;
  const rounds = isSmoke ? 1 : repeat + 2;
  const [some, sessions] = isSmoke ? [100, 300] : [10_000, 100_000];
  const crashed = isSmoke ? 2 : 20;
  const naive = await lowest(rounds, () => startedAndStopped(bench, () => bench.startNaive()));
  const rows = (what: string, { timeMs, cpuMs }: Start, atMost?: number): readonly Row[] => [
    {
      figure: 'P9',
      what,
      unit: 'ms',
      measured: timeMs,
      reference: naive.timeMs,
      goal: atMost === undefined ? undefined : { atMost },
    },
    { figure: 'P9', what: '… CPU', unit: 'ms', measured: cpuMs, reference: naive.cpuMs },
  ];
  const withSessions = async (count: number) => {
    const stateDir = await stateWith(bench, count);
    const start = () => startedAndStopped(bench, () => bench.startHoldfast({ stateDir }));
    return rows(
      `start → first 200, ${count.toLocaleString('en-US')} sessions`,
      await lowest(rounds, start),
      300,
    );
  };
  const empty = await lowest(rounds, () => startedAndStopped(bench, () => bench.startHoldfast()));
  const uncached = () => bench.startHoldfast({ cacheHome: bench.newFolder('cache') });
  const first = await lowest(rounds, () => startedAndStopped(bench, uncached));
  const measured = [
    ...rows('start → first 200, empty', empty, 250),
    ...rows('… the first one, nothing compiled yet', first),
    ...(await withSessions(some)),
    ...(await withSessions(sessions)),
  ];
  const stateDir = await stateWith(bench, sessions);
  const killed = await lowest(rounds, () => startAfterKill(bench, stateDir, crashed));
  return [...measured, ...rows(`start after SIGKILL with ${crashed} turns running`, killed, 300)];
}

async function startedAndStopped(bench: Bench, start: () => Promise<Target>): Promise<Start> {
  const target = await start();
  const cpuMs = target.cpuSeconds() * 1_000;
  await bench.stop(target);
  return { timeMs: target.startMs, cpuMs };
}

async function startAfterKill(bench: Bench, stateDir: string, turns: number): Promise<Start> {
  const victim = await bench.startHoldfast({ stateDir });
  for (let count = 0; count < turns; count += 1) {
    await victim.prompt(await victim.createSession(), '/burst count=1000\n/sleep ms=600000');
  }
  await victim.kill();
  return startedAndStopped(bench, () => bench.startHoldfast({ stateDir }));
}

/** The lowest of each number by itself. */
async function lowest(rounds: number, measure: () => Promise<Start>): Promise<Start> {
  let best = await measure();
  for (let round = 1; round < rounds; round += 1) {
    const { timeMs, cpuMs } = await measure();
    best = { timeMs: Math.min(timeMs, best.timeMs), cpuMs: Math.min(cpuMs, best.cpuMs) };
  }
  return best;
}
