// npm run bench: the figures of docs/performance.md, each beside a reference taken in the same run. Never a test.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { ensureBuilt } from '../bootstrap.mjs';
import { Bench } from './bench.ts';
import { type BenchOptions, type FigureId, figureIds, parseOptions, usage } from './bench-options.ts';
import { manyReaders, singleReader } from './figures/burst.ts';
import { finding } from './figures/finding.ts';
import { answers } from './figures/latency.ts';
import { listing } from './figures/listing.ts';
import { memory } from './figures/memory.ts';
import { pacedStream } from './figures/paced.ts';
import { replay } from './figures/replay.ts';
import { stalledReader } from './figures/stalled.ts';
import { startUp } from './figures/start-up.ts';
import { canReadProcesses } from './process-figures.ts';
import { isMet, markdownTable, type Row, ratioOf, tableText } from './row.ts';

const figures = {
  P1: singleReader,
  P2: manyReaders,
  P3: pacedStream,
  P4: replay,
  P5: memory,
  P6: stalledReader,
  P7: listing,
  P8: answers,
  P9: startUp,
  P12: finding,
} as const satisfies Record<FigureId, (bench: Bench) => Promise<readonly Row[]>>;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  let options: BenchOptions;
  try {
    options = parseOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    return 2;
  }
  if (!canReadProcesses()) {
    console.log('skipped: the CPU time of the daemon is read from /proc, which this machine does not have');
    return 0;
  }
  await ensureBuilt();
  const measured = await measureAll(options);
  // Tiny sizes measure the start of things: holding them against a goal would say nothing.
  const rows = options.isSmoke
    ? measured.map((row) => ({ ...row, goal: undefined, ratioGoal: undefined }))
    : measured;
  console.log(options.isMarkdown ? markdownTable(rows) : tableText(rows));
  console.log(conditions(options));
  if (options.jsonFile !== undefined)
    writeFileSync(options.jsonFile, `${JSON.stringify(report(options, rows), null, 2)}\n`);
  // A goal that is missed is a finding, not a failure; a number that does not exist is one.
  const missing = rows.filter((row) => !Number.isFinite(row.measured) || row.measured < 0);
  for (const row of missing) console.error(`no number: ${row.figure} ${row.what}`);
  return missing.length === 0 ? 0 : 1;
}

async function measureAll(options: BenchOptions): Promise<readonly Row[]> {
  const bench = new Bench(options);
  const stop = () => void bench.close().finally(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const rows: Row[] = [];
  try {
    for (const id of figureIds.filter((figure) => options.only.has(figure))) {
      const startedAt = performance.now();
      rows.push(...(await figures[id](bench)));
      process.stderr.write(`${id} took ${((performance.now() - startedAt) / 1_000).toFixed(1)} s\n`);
    }
    return rows;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await bench.close();
  }
}

/** What a reader of the table must know of how it came about. */
function conditions({ isSmoke, repeat }: BenchOptions): string {
  const [cpu] = cpus();
  const load = loadavg().map((value) => value.toFixed(1));
  const size = isSmoke ? 'tiny sizes: no measure of speed' : `best of ${repeat}`;
  return `\n${size} · Node ${process.versions.node} · ${cpus().length} × ${cpu?.model.trim()} · load ${load.join(' ')}`;
}

function report(options: BenchOptions, rows: readonly Row[]) {
  const [cpu] = cpus();
  return {
    measuredAt: new Date().toISOString(),
    node: process.version,
    machine: { cpu: cpu?.model, cores: cpus().length, loadAverage: loadavg() },
    options: { ...options, only: [...options.only] },
    rows: rows.map((row) => ({ ...row, ratio: ratioOf(row), isMet: isMet(row) })),
  };
}
