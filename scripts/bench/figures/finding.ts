import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { stateWith } from '../generated.ts';
import { RawConnection, requestBytes, requestJson } from '../raw-http.ts';
import type { Row } from '../row.ts';
import { nowMs, percentile } from '../statistics.ts';
import type { Target } from '../target.ts';
import { stalls } from './stalls.ts';
import { transfer } from './transfer.ts';

/** What is looked for: in how many turns the words are, and what else is asked. */
const searches = [
  { name: 'a common word', query: 'q=function' },
  { name: 'a rare word', query: 'q=module_77' },
  { name: 'two common words', query: 'q=file+test' },
  { name: 'a common and a rare word', query: 'q=the+yield' },
  { name: 'a phrase', query: 'q=%22the+file%22' },
  { name: 'an unfinished word', query: 'q=modul' },
  { name: 'words nobody said', query: 'q=nowhere+at+all' },
  { name: 'two common words of a rare agent', query: 'q=file+test&agent=claude' },
  { name: 'a common word of one directory', query: 'q=function&cwd=CWD' },
] as const;

/** P12: finding what was said, and moving whole records, while nobody else waits. */
export async function finding(bench: Bench): Promise<readonly Row[]> {
  const { isSmoke } = bench.options;
  const [sessions, turns] = isSmoke ? [100, 3] : [10_000, 20];
  const stateDir = await stateWith(bench, sessions, turns);
  const target = await bench.startHoldfast({ stateDir, isProbed: true });
  const before = await target.ask('memory');
  const rows = [
    ...(await searched(bench, target)),
    ...(await memoryOf(target, before)),
    ...(await looked(bench, target)),
  ];
  rows.push(...(await transfer(bench, target)));
  await bench.stop(target);
  rows.push(...(await rebuilt(bench, stateDir)));
  const of = `${sessions.toLocaleString('en-US')} sessions of ${turns} turns`;
  return rows.map((row, place) => (place === 0 ? { ...row, what: `${row.what}, in ${of}` } : row));
}

async function searched(bench: Bench, target: Target): Promise<readonly Row[]> {
  const count = bench.options.isSmoke ? 5 : 100;
  const connection = await RawConnection.open(target.port);
  const rows: Row[] = [];
  await walk(connection, 'q=the', count);
  await target.ask('watch');
  for (const { name, query } of searches) {
    const filled = query.replace('CWD', encodeURIComponent(join(bench.workspace, 'project-07')));
    const times = await walk(connection, filled, count);
    const [figure, unit] = ['P12', 'ms'] as const;
    rows.push({ figure, unit, what: `search for ${name}, p95`, measured: percentile(times, 0.95) });
  }
  connection.close();
  return [...rows, ...(await stalls(target))];
}

/** Pages of 20 as a person turns them, from the first on again after the last (ms each). */
async function walk(connection: RawConnection, query: string, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  let cursor = '';
  for (let page = 0; page < count; page += 1) {
    const { tookMs, body } = await timed(
      connection,
      requestBytes('GET', `/sessions/search?${query}${cursor}`),
    );
    times.push(tookMs);
    const next = /"nextCursor":"([^"]+)"/.exec(body)?.[1];
    cursor = next === undefined ? '' : `&cursor=${encodeURIComponent(next)}`;
  }
  return times;
}

/** Previews and a plan of a cleanup, which look at many sessions at once. */
async function looked(bench: Bench, target: Target): Promise<readonly Row[]> {
  const connection = await RawConnection.open(target.port);
  const { body } = await timed(connection, requestBytes('GET', '/sessions?limit=64'));
  const sessionIds = [...body.matchAll(/"sessionId":"([^"]+)","workspaceCwd"/g)].map(([, id]) => id);
  const preview = requestBytes('POST', '/sessions/preview', {
    sessionIds: sessionIds.slice(0, 64),
    limit: 12,
  });
  const plan = requestBytes('POST', '/sessions/cleanup', { maxBytes: 1, maxSessions: 10, olderThanMs: 1 });
  const rounds = bench.options.isSmoke ? 2 : 20;
  await target.ask('watch');
  const previews: number[] = [];
  for (let round = 0; round < rounds; round += 1) previews.push((await timed(connection, preview)).tookMs);
  const planned = await timed(connection, plan);
  connection.close();
  const [figure, unit] = ['P12', 'ms'] as const;
  return [
    {
      figure,
      unit,
      what: 'previews of 64 sessions, 12 messages each, p95',
      measured: percentile(previews, 0.95),
    },
    { figure, unit, what: 'plan of a cleanup that weighs every session', measured: planned.tookMs },
    ...(await stalls(target)),
  ];
}

/** A daemon that finds no full-text index makes one beside its work. */
async function rebuilt(bench: Bench, stateDir: string): Promise<readonly Row[]> {
  for (const end of ['', '-wal', '-shm']) rmSync(join(stateDir, `search.db${end}`), { force: true });
  const target = await bench.startHoldfast({ stateDir, isProbed: true });
  await target.ask('watch');
  const startedAt = nowMs();
  let isComplete = false;
  while (!isComplete) {
    const page = await requestJson(target.port, 'GET', '/sessions/search?q=the&limit=1');
    isComplete = typeof page === 'object' && page !== null && Reflect.get(page, 'isComplete') === true;
    if (!isComplete) await sleep(100);
  }
  const tookMs = nowMs() - startedAt;
  const waits = await stalls(target);
  await bench.stop(target);
  return [
    { figure: 'P12', unit: 's', what: 'full-text index made anew', measured: tookMs / 1_000 },
    ...waits,
  ];
}

async function memoryOf(target: Target, before: Readonly<Record<string, number>>): Promise<readonly Row[]> {
  const after = await target.ask('memory');
  const megabytes = (after['rss'] ?? Number.NaN) / 2 ** 20;
  const grown = ((after['heapUsed'] ?? Number.NaN) - (before['heapUsed'] ?? 0)) / 2 ** 20;
  return [
    { figure: 'P12', unit: 'MB', what: 'memory after the searches (RSS)', measured: megabytes },
    { figure: 'P12', unit: 'MB', what: '… by which they grew the heap', measured: Math.max(0, grown) },
  ];
}

async function timed(connection: RawConnection, request: Buffer) {
  const askedAt = nowMs();
  const { status, body } = await connection.send(request);
  const tookMs = nowMs() - askedAt;
  if (status !== 200)
    throw new Error(`${request.toString().split('\r\n')[0]} was answered with ${status}: ${body}`);
  return { tookMs, body };
}
