import type { Bench } from '../bench.ts';
import { stateWith } from '../generated.ts';
import { RawConnection } from '../raw-http.ts';
import type { Row } from '../row.ts';
import { percentile } from '../statistics.ts';
import { indexStream } from './index-stream.ts';
import { deepPages, firstPages, type Listed, type PageTimes, queryTimes } from './list-pages.ts';

const ratioGoal = { atMost: 1.5 };

interface Reference {
  readonly firstMs: number;
  readonly cpuMs: number;
}

/** P7: a page of sessions, whatever their number, filters and order; and how soon a list hears of a change. */
export async function listing(bench: Bench): Promise<readonly Row[]> {
  const sizes = bench.options.isSmoke ? [100, 300] : [100, 10_000, 100_000];
  const rows: Row[] = [];
  let smallest: Reference | undefined;
  for (const sessions of sizes) {
    const target = await bench.startHoldfast({ stateDir: await stateWith(bench, sessions), isProbed: true });
    const connection = await RawConnection.open(target.port);
    const listed = { connection, target };
    const pages = await pageRows(bench, listed, sessions, smallest);
    smallest ??= pages.reference;
    rows.push(...pages.rows, ...(await queryRows(bench, listed, sessions, pages.reference.cpuMs)));
    connection.close();
    // Last: it makes sessions of its own.
    rows.push(...(await indexStream(bench, target, sessions)));
    await bench.stop(target);
  }
  return rows;
}

async function pageRows(bench: Bench, listed: Listed, sessions: number, smallest: Reference | undefined) {
  const { isSmoke, repeat } = bench.options;
  await firstPages(listed, 200);
  const first = await best(repeat, () => firstPages(listed, isSmoke ? 20 : 300));
  const many = sessions.toLocaleString('en-US');
  const reference = { firstMs: percentile(first.times, 0.95), cpuMs: first.cpuMs };
  const than = smallest ?? reference;
  const rows: readonly Row[] = [
    row(`GET /sessions, 50 of ${many}, p50`, percentile(first.times, 0.5)),
    row('… p95', reference.firstMs, { reference: than.firstMs, goal: { atMost: 3 }, ratioGoal }),
    row('… CPU', first.cpuMs, { reference: than.cpuMs, ratioGoal }),
    ...(await lastPages(repeat, listed, sessions, first)),
  ];
  return { reference, rows };
}

/** Nothing for a few pages: they would be the first ones. */
async function lastPages(repeat: number, listed: Listed, sessions: number, first: PageTimes) {
  const pages = Math.ceil(sessions / 50);
  if (pages < 20) return [];
  const deep = await best(repeat, () => deepPages(listed, pages - Math.min(200, Math.ceil(pages / 10))));
  const than = (share: number) => ({ reference: percentile(first.times, share) });
  return [
    row('… the last pages, p50', percentile(deep.times, 0.5), than(0.5)),
    row('… the last pages, p95', percentile(deep.times, 0.95), { ...than(0.95), ratioGoal }),
    row('… the last pages, CPU', deep.cpuMs, { reference: first.cpuMs, ratioGoal }),
  ];
}

async function queryRows(bench: Bench, listed: Listed, sessions: number, firstCpuMs: number) {
  const { target } = listed;
  await target.ask('watch');
  const asked = await queryTimes(listed, bench.workspace, bench.options.isSmoke ? 3 : 40);
  const { timeMs = Number.NaN, cpuMs = Number.NaN } = await target.ask('stall');
  const of = `of ${sessions.toLocaleString('en-US')}`;
  const all = [...asked.values()].flatMap(({ times }) => times);
  return [
    ...[...asked].map(([name, measured]) =>
      row(`… ${of}, ${name}: CPU, slowest order`, measured.cpuMs, { reference: firstCpuMs }),
    ),
    row(`pages ${of}, the slowest order of each filter, p50`, percentile(all, 0.5)),
    row('… p95', percentile(all, 0.95)),
    row(`longest stall meanwhile, ${of}: CPU`, cpuMs, { goal: { atMost: 20 } }),
    row('… as time, other programs included', timeMs),
  ];
}

const row = (what: string, measured: number, more: Partial<Row> = {}): Row => ({
  ...{ figure: 'P7', what, unit: 'ms', measured, ...more },
});

/** The lowest of each number by itself: what it takes when nobody else is in the way. */
async function best(rounds: number, measured: () => Promise<PageTimes>): Promise<PageTimes> {
  let lowest = await measured();
  for (let round = 1; round < rounds; round += 1) {
    const { times, cpuMs } = await measured();
    const isFaster = percentile(times, 0.95) < percentile(lowest.times, 0.95);
    lowest = { times: isFaster ? times : lowest.times, cpuMs: Math.min(cpuMs, lowest.cpuMs) };
  }
  return lowest;
}
