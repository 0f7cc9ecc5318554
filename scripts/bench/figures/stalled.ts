import type { Bench } from '../bench.ts';
import type { Row } from '../row.ts';
import { nowMs } from '../statistics.ts';
import type { Target } from '../target.ts';

interface Burst {
  readonly seconds: number;
  readonly rssBytes: number;
}

/** P6: one reader that has stopped reading, among many that read. */
export async function stalledReader(bench: Bench): Promise<readonly Row[]> {
  const target = await bench.startHoldfast();
  const best = async (stalled: number): Promise<Burst> => {
    const rounds: Burst[] = [];
    for (let round = 0; round < bench.options.repeat; round += 1)
      rounds.push(await burst(bench, target, stalled));
    return {
      seconds: Math.min(...rounds.map(({ seconds }) => seconds)),
      rssBytes: Math.min(...rounds.map(({ rssBytes }) => rssBytes)),
    };
  };
  // Twice without: what grows by itself has grown then.
  await best(0);
  const without = await best(0);
  const within = await best(1);
  await bench.stop(target);
  const readers = readersOf(bench);
  return [
    {
      ...{ figure: 'P6', what: `burst to ${readers} readers, one more stalled`, unit: 's' },
      ...{ measured: within.seconds, reference: without.seconds, ratioGoal: { atMost: 1.1 } },
    },
    {
      ...{ figure: 'P6', what: 'memory the stalled reader costs (RSS)', unit: 'MB' },
      measured: Math.max(0, within.rssBytes - without.rssBytes) / (1_024 * 1_024),
      goal: { atMost: 5 },
    },
  ];
}

const readersOf = (bench: Bench) => (bench.options.isSmoke ? 3 : 100);

async function burst(bench: Bench, target: Target, stalled: number): Promise<Burst> {
  const events = bench.options.isSmoke ? 2_000 : 100_000;
  const sessionId = await target.createSession();
  const path = `/session/${sessionId}/events`;
  const count = readersOf(bench) + stalled;
  const group = await bench.readers.open({ port: target.port, path, count, stalled, until: 'turn_complete' });
  const startedAt = nowMs();
  await target.prompt(sessionId, `/burst count=${events} bytes=32`);
  const { doneAt } = await group.finished();
  const rssBytes = target.rssBytes();
  group.close();
  return { seconds: (doneAt - startedAt) / 1_000, rssBytes };
}
