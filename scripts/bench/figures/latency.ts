import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { RawConnection, requestBytes } from '../raw-http.ts';
import type { Row } from '../row.ts';
import { bestOf, nowMs, percentile } from '../statistics.ts';
import { promptBody, type Target } from '../target.ts';
import { TurnWatcher } from '../turn-watcher.ts';
import { postsPerSecond } from './prompt-rate.ts';

interface Latencies {
  readonly acceptedMs: readonly number[];
  readonly firstChunkMs: readonly number[];
  readonly createdMs: readonly number[];
}

/** P8: how long a client waits for its answers. */
export async function answers(bench: Bench): Promise<readonly Row[]> {
  const ours = await bench.startHoldfast();
  const naive = await bench.startNaive();
  const [one, other] = [await measured(bench, ours), await measured(bench, naive)];
  const row = (what: string, key: keyof Latencies, share: number, atMost?: number): Row => ({
    figure: 'P8',
    what,
    unit: 'ms',
    measured: percentile(one[key], share),
    reference: percentile(other[key], share),
    goal: atMost === undefined ? undefined : { atMost },
  });
  const sync = syncMs(bench);
  const rate = await postsPerSecond(bench, ours);
  const naiveRate = await postsPerSecond(bench, naive);
  await bench.stop(ours);
  await bench.stop(naive);
  return [
    row('POST prompt → 202, p50', 'acceptedMs', 0.5, 0.5),
    row('POST prompt → 202, p99', 'acceptedMs', 0.99),
    {
      figure: 'P8',
      what: '… of which the disk: one fsync of 8 pages, p50',
      unit: 'ms',
      measured: sync,
    },
    row('prompt → first chunk, p50', 'firstChunkMs', 0.5, 2),
    row('prompt → first chunk, p99', 'firstChunkMs', 0.99),
    row('POST /session, agent running, p50', 'createdMs', 0.5, 2),
    {
      figure: 'P8',
      what: 'prompts accepted, 32 at a time',
      unit: '1/s',
      measured: rate.perSecond,
      reference: naiveRate.perSecond,
      goal: { atLeast: 20_000 },
    },
    {
      figure: 'P8',
      what: '… CPU per prompt, its turn included',
      unit: 'µs',
      measured: rate.cpuMicroseconds,
      reference: naiveRate.cpuMicroseconds,
    },
  ];
}

/** What the disk takes to keep a small commit: no accepted prompt can be answered sooner. */
function syncMs(bench: Bench): number {
  const file = openSync(join(bench.scratch, 'sync'), 'w');
  const pages = Buffer.alloc(8 * 4_096);
  const times = Array.from({ length: bench.options.isSmoke ? 5 : 200 }, () => {
    writeSync(file, pages, 0, pages.length);
    const startedAt = nowMs();
    fsyncSync(file);
    return nowMs() - startedAt;
  });
  closeSync(file);
  return percentile(times, 0.5);
}

function measured(bench: Bench, target: Target): Promise<Latencies> {
  return bestOf(
    bench.options.repeat,
    () => measure(bench, target),
    ({ acceptedMs }) => percentile(acceptedMs, 0.5),
  );
}

async function measure(bench: Bench, target: Target): Promise<Latencies> {
  const turns = bench.options.isSmoke ? 20 : 400;
  const sessionId = await target.createSession();
  const watcher = await TurnWatcher.open(target.port, sessionId);
  const connection = await RawConnection.open(target.port);
  const request = requestBytes('POST', `/session/${sessionId}/prompt`, promptBody('/say hello'));
  const acceptedMs: number[] = [];
  const firstChunkMs: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const seen = watcher.nextTurn();
    const askedAt = nowMs();
    const answer = await connection.send(request);
    acceptedMs.push(nowMs() - askedAt);
    if (answer.status !== 202) throw new Error(`a prompt was answered ${answer.status}: ${answer.body}`);
    firstChunkMs.push((await seen.firstChunkAt) - askedAt);
    await seen.completed;
  }
  watcher.close();
  const createdMs = await creations(bench, target, connection);
  connection.close();
  // The first ones are the warm-up.
  const warm = Math.floor(turns / 4);
  return { acceptedMs: acceptedMs.slice(warm), firstChunkMs: firstChunkMs.slice(warm), createdMs };
}

async function creations(
  bench: Bench,
  target: Target,
  connection: RawConnection,
): Promise<readonly number[]> {
  const body = { cwd: target.workspace, sessionScope: 'thread' };
  const request = requestBytes('POST', '/session', body);
  const createdMs: number[] = [];
  const count = bench.options.isSmoke ? 5 : 100;
  for (let created = 0; created < count; created += 1) {
    const askedAt = nowMs();
    const answer = await connection.send(request);
    createdMs.push(nowMs() - askedAt);
    if (answer.status !== 200) throw new Error(`a create was answered ${answer.status}: ${answer.body}`);
  }
  return createdMs;
}
