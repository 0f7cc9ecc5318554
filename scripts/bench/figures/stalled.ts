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
  // Memory grows with the first bursts whoever reads; after them the two kinds take turns.
  for (let round = bench.options.isSmoke ? 1 : 8; round > 0; round -= 1) await burst(bench, target, 0);
  const [plain, stalled]: [Burst[], Burst[]] = [[], []];
  for (let round = 0; round < bench.options.repeat; round += 1) {
    plain.push(await burst(bench, target, 0));
    stalled.push(await burst(bench, target, 1));
  }
  const [without, within] = [lowest(plain), lowest(stalled)];
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

const lowest = (rounds: readonly Burst[]): Burst => ({
  seconds: Math.min(...rounds.map(({ seconds }) => seconds)),
  rssBytes: Math.min(...rounds.map(({ rssBytes }) => rssBytes)),
});

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
