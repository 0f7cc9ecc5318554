import type { Bench } from '../bench.ts';
import { stateWith } from '../generated.ts';
import type { Goal, Row } from '../row.ts';
import { lowestOf } from '../statistics.ts';
import type { Target } from '../target.ts';

/** P9: from the start of the process to its first 200. */
export async function startUp(bench: Bench): Promise<readonly Row[]> {
  const { isSmoke, repeat } = bench.options;
  const rounds = isSmoke ? 1 : repeat + 2;
  const sessions = isSmoke ? 300 : 100_000;
  const crashed = isSmoke ? 2 : 20;
  const naive = await lowestOf(rounds, () => startedAndStopped(bench, () => bench.startNaive()));
  const empty = await lowestOf(rounds, () => startedAndStopped(bench, () => bench.startHoldfast()));
  const stateDir = await stateWith(bench, sessions);
  const full = await lowestOf(rounds, () =>
    startedAndStopped(bench, () => bench.startHoldfast({ stateDir })),
  );
  const killed = await lowestOf(rounds, () => startAfterKill(bench, stateDir, crashed));
  const row = (what: string, measured: number, goal: Goal): Row => ({
    figure: 'P9',
    what,
    unit: 'ms',
    measured,
    reference: naive,
    goal,
  });
  const many = sessions.toLocaleString('en-US');
  return [
    row('start → first 200, empty', empty, { atMost: 250 }),
    row(`start → first 200, ${many} sessions`, full, { atMost: 300 }),
    row(`… after SIGKILL with ${crashed} turns running`, killed, { atMost: 300 }),
  ];
}

async function startedAndStopped(bench: Bench, start: () => Promise<Target>): Promise<number> {
  const target = await start();
  await bench.stop(target);
  return target.startMs;
}

async function startAfterKill(bench: Bench, stateDir: string, turns: number): Promise<number> {
  const victim = await bench.startHoldfast({ stateDir });
  for (let count = 0; count < turns; count += 1) {
    await victim.prompt(await victim.createSession(), '/burst count=1000\n/sleep ms=600000');
  }
  await victim.kill();
  return startedAndStopped(bench, () => bench.startHoldfast({ stateDir }));
}
