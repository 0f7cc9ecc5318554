import type { Bench } from '../bench.ts';
import type { Row } from '../row.ts';
import { bestOf, percentile } from '../statistics.ts';
import type { Target } from '../target.ts';

interface Paced {
  readonly cpuPer100kDelivered: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** P3: updates that trickle, to many readers: what a delivery costs, and how long one takes. */
export async function pacedStream(bench: Bench): Promise<readonly Row[]> {
  const crowd = bench.options.isSmoke ? 5 : 100;
  const few = bench.options.isSmoke ? 2 : 10;
  const ours = await bench.startHoldfast();
  const naive = await bench.startNaive();
  for (const target of [ours, naive]) await paced(bench, target, few);
  const best = (target: Target, readers: number) =>
    bestOf(
      bench.options.repeat,
      () => paced(bench, target, readers),
      ({ p99Ms }) => p99Ms,
    );
  const manyOurs = await best(ours, crowd);
  const manyNaive = await best(naive, crowd);
  const fewOurs = await best(ours, few);
  const fewNaive = await best(naive, few);
  await bench.stop(ours);
  await bench.stop(naive);
  const latency = (what: string, of: readonly [number, number], atMost: number): Row => ({
    figure: 'P3',
    what,
    unit: 'ms',
    measured: of[0],
    reference: of[1],
    goal: { atMost },
  });
  return [
    {
      figure: 'P3',
      what: `1,000 updates/s, ${crowd} readers: CPU per 100k delivered`,
      unit: 's',
      measured: manyOurs.cpuPer100kDelivered,
      reference: manyNaive.cpuPer100kDelivered,
      goal: { atMost: 0.33 },
      ratioGoal: { atMost: 0.5 },
    },
    latency(`… agent to client, ${crowd} readers, p50`, [manyOurs.p50Ms, manyNaive.p50Ms], 5),
    latency(`… agent to client, ${crowd} readers, p99`, [manyOurs.p99Ms, manyNaive.p99Ms], 10),
    latency(`… agent to client, ${few} readers, p99`, [fewOurs.p99Ms, fewNaive.p99Ms], 3),
  ];
}

async function paced(bench: Bench, target: Target, readers: number): Promise<Paced> {
  const events = bench.options.isSmoke ? 200 : 5_000;
  const sessionId = await target.createSession();
  const path = `/session/${sessionId}/events`;
  const request = { port: target.port, path, count: readers, until: 'turn_complete', sampled: 4 };
  const group = await bench.readers.open(request);
  const cpuBefore = target.cpuSeconds();
  await target.prompt(sessionId, `/stream count=${events} bytes=64 every-ms=1`);
  const { latenciesMs } = await group.finished();
  const cpu = target.cpuSeconds() - cpuBefore;
  group.close();
  return {
    cpuPer100kDelivered: (cpu / (events * readers)) * 100_000,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
  };
}
