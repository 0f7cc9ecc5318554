import type { Bench } from '../bench.ts';
import type { Goal, Row } from '../row.ts';
import { nowMs } from '../statistics.ts';
import type { Target } from '../target.ts';

/** Deliveries of one measurement at most, so that hundreds of readers take seconds and not minutes. */
const maxDeliveries = { holdfast: 20_000_000, naive: 5_000_000 };
const bytes = 32;

interface Burst {
  /** CPU seconds of the daemon for 100,000 events. */
  readonly cpuPer100k: number;
  readonly eventsPerSecond: number;
  readonly deliveriesPerSecond: number;
}

/** P1: what an event costs with one reader. */
export async function singleReader(bench: Bench): Promise<readonly Row[]> {
  const [[ours, naive]] = await compare(bench, [1]);
  if (ours === undefined || naive === undefined) throw new Error('nothing was measured');
  return [
    {
      figure: 'P1',
      what: 'CPU per 100k events, 1 reader',
      unit: 's',
      measured: ours.cpuPer100k,
      reference: naive.cpuPer100k,
      goal: { atMost: 0.55 },
      ratioGoal: { atMost: 1.4 },
    },
    {
      figure: 'P1',
      what: 'events per second, 1 reader',
      unit: '1/s',
      measured: ours.eventsPerSecond,
      reference: naive.eventsPerSecond,
      goal: { atLeast: 150_000 },
    },
  ];
}

const fanOutGoals: Readonly<Record<number, { readonly goal: Goal; readonly ratioGoal: Goal }>> = {
  10: { goal: { atMost: 0.65 }, ratioGoal: { atMost: 0.45 } },
  50: { goal: { atMost: 1 }, ratioGoal: { atMost: 0.13 } },
  100: { goal: { atMost: 1.4 }, ratioGoal: { atMost: 0.11 } },
  500: { goal: { atMost: 5 }, ratioGoal: { atMost: 0.06 } },
};

/** P2: what an event costs with many readers. */
export async function manyReaders(bench: Bench): Promise<readonly Row[]> {
  const { readers } = bench.options;
  const measured = await compare(bench, readers);
  return readers.flatMap((count, place) => {
    const [ours, naive] = measured[place] ?? [];
    if (ours === undefined || naive === undefined) throw new Error('nothing was measured');
    const cpu: Row = {
      figure: 'P2',
      what: `CPU per 100k events, ${count} readers`,
      unit: 's',
      measured: ours.cpuPer100k,
      reference: naive.cpuPer100k,
      ...fanOutGoals[count],
    };
    const rate: Row = {
      figure: 'P2',
      what: `deliveries per second, ${count} readers`,
      unit: '1/s',
      measured: ours.deliveriesPerSecond,
      reference: naive.deliveriesPerSecond,
      goal: count === 100 ? { atLeast: 7_000_000 } : undefined,
    };
    return [cpu, rate];
  });
}

type Pair = readonly [ours: Burst, naive: Burst];

/** Both daemons, warmed up, in turns. */
async function compare(bench: Bench, counts: readonly number[]): Promise<readonly [Pair, ...Pair[]]> {
  const ours = await bench.startHoldfast();
  const naive = await bench.startNaive();
  const { isSmoke, repeat } = bench.options;
  const warmUp = isSmoke ? 500 : 50_000;
  for (const target of [ours, naive]) await burst(bench, target, { events: warmUp, readers: 1 });
  const pairs: Pair[] = [];
  for (const readers of counts) {
    const eventsOf = (limit: number) => (isSmoke ? 2_000 : Math.min(200_000, Math.floor(limit / readers)));
    const measure = (target: Target, limit: number) =>
      bestBurst(repeat, () => burst(bench, target, { events: eventsOf(limit), readers }));
    pairs.push([await measure(ours, maxDeliveries.holdfast), await measure(naive, maxDeliveries.naive)]);
  }
  await bench.stop(ours);
  await bench.stop(naive);
  const [first, ...others] = pairs;
  if (first === undefined) throw new Error('no number of readers was given');
  return [first, ...others];
}

/** The best of each number: none of them is the daemon's when others take the machine. */
async function bestBurst(repeat: number, measure: () => Promise<Burst>): Promise<Burst> {
  let best = await measure();
  for (let round = 1; round < repeat; round += 1) {
    const next = await measure();
    best = {
      cpuPer100k: Math.min(best.cpuPer100k, next.cpuPer100k),
      eventsPerSecond: Math.max(best.eventsPerSecond, next.eventsPerSecond),
      deliveriesPerSecond: Math.max(best.deliveriesPerSecond, next.deliveriesPerSecond),
    };
  }
  return best;
}

async function burst(
  bench: Bench,
  target: Target,
  size: { readonly events: number; readonly readers: number },
): Promise<Burst> {
  const sessionId = await target.createSession();
  const path = `/session/${sessionId}/events`;
  const group = await bench.readers.open({
    port: target.port,
    path,
    count: size.readers,
    until: 'turn_complete',
  });
  const cpuBefore = target.cpuSeconds();
  const startedAt = nowMs();
  await target.prompt(sessionId, `/burst count=${size.events} bytes=${bytes}`);
  const { frames, doneAt } = await group.finished();
  const cpu = target.cpuSeconds() - cpuBefore;
  group.close();
  if (frames < size.events) throw new Error(`a reader saw ${frames} of ${size.events} events`);
  const seconds = (doneAt - startedAt) / 1_000;
  return {
    cpuPer100k: (cpu / size.events) * 100_000,
    eventsPerSecond: size.events / seconds,
    deliveriesPerSecond: (size.events * size.readers) / seconds,
  };
}
