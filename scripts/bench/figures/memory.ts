import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { stateWith } from '../generated.ts';
import type { Row } from '../row.ts';
import type { Target } from '../target.ts';

const settleMs = 2_000;

/** P5: memory at rest, of a live session, and of sessions nobody uses. */
export async function memory(bench: Bench): Promise<readonly Row[]> {
  const { isSmoke } = bench.options;
  const naive = await bench.startNaive();
  const naiveRss = await restingRss(bench, naive);
  await bench.stop(naive);
  const plain = await bench.startHoldfast();
  const idleRss = await restingRss(bench, plain);
  await bench.stop(plain);

  const live = isSmoke ? 20 : 1_000;
  const probed = await bench.startHoldfast({ isProbed: true });
  // The first sessions bring the agent and the compiler's work with them.
  for (let count = 0; count < 20; count += 1) await probed.createSession();
  const before = await heapOf(probed);
  for (let count = 0; count < live; count += 1) await probed.createSession();
  const perSession = ((await heapOf(probed)) - before) / live;
  await bench.stop(probed);

  const cold = isSmoke ? 300 : 100_000;
  const empty = await bench.startHoldfast({ isProbed: true });
  const emptyHeap = await heapOf(empty);
  await bench.stop(empty);
  const full = await bench.startHoldfast({ isProbed: true, stateDir: await stateWith(bench, cold) });
  const coldHeap = Math.max(0, (await heapOf(full)) - emptyHeap);
  await bench.stop(full);
  const unused = await bench.startHoldfast({ stateDir: await stateWith(bench, cold) });
  const coldRss = await restingRss(bench, unused);
  await bench.stop(unused);
  const megabyte = 1_024 * 1_024;
  return [
    {
      ...{ figure: 'P5', what: 'memory of an idle daemon (RSS)', unit: 'MB' },
      ...{ measured: idleRss / megabyte, reference: naiveRss / megabyte, goal: { atMost: 95 } },
    },
    {
      ...{
        figure: 'P5',
        what: `heap of each of ${live.toLocaleString('en-US')} idle live sessions`,
        unit: 'kB',
      },
      ...{ measured: Math.max(0, perSession) / 1_024, goal: { atMost: 5 } },
    },
    {
      ...{
        figure: 'P5',
        what: `memory of an idle daemon with ${cold.toLocaleString('en-US')} cold sessions (RSS)`,
      },
      ...{ unit: 'MB', measured: coldRss / megabyte, reference: idleRss / megabyte, goal: { atMost: 95 } },
    },
    {
      ...{ figure: 'P5', what: `heap of ${cold.toLocaleString('en-US')} cold sessions together`, unit: 'MB' },
      ...{ measured: coldHeap / megabyte, goal: { atMost: 1 } },
    },
  ];
}

async function restingRss(bench: Bench, target: Target): Promise<number> {
  await sleep(bench.options.isSmoke ? 0 : settleMs);
  return target.rssBytes();
}

/** The used heap of a probed daemon after its garbage was collected (bytes). */
async function heapOf(target: Target): Promise<number> {
  return Number((await target.ask('memory'))['heapUsed']);
}
