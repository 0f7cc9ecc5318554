import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { RawConnection, requestBytes } from '../raw-http.ts';
import type { Row } from '../row.ts';
import { lowestOf, nowMs, percentile } from '../statistics.ts';
import type { Target } from '../target.ts';

/** P4: a client that comes back is given what it missed. */
export async function replay(bench: Bench): Promise<readonly Row[]> {
  const sizes = bench.options.isSmoke ? [500, 2_000] : [8_000, 100_000];
  const goals = [20, 150];
  const stateDir = bench.newFolder('state');
  const ours = await bench.startHoldfast({ stateDir });
  const rows = await bench.startRowServer(join(stateDir, 'journal.sqlite'));
  const result: Row[] = [];
  for (const [place, events] of sizes.entries()) {
    const sessionId = await filledSession(bench, ours, events);
    // The first replays also warm both up.
    const rounds = bench.options.repeat * 3;
    const measured = await lowestOf(rounds, () => replayMs(bench, ours, sessionId, events));
    const reference = await lowestOf(rounds, () => replayMs(bench, rows, sessionId, events));
    const atMost = goals[place] ?? 0;
    const what = `replay of ${events.toLocaleString('en-US')} events`;
    result.push({ figure: 'P4', what, unit: 'ms', measured, reference, goal: { atMost } });
    if (place === sizes.length - 1) {
      const waits = await waitsDuring(ours, () => replayMs(bench, ours, sessionId, events));
      const largest = percentile(waits, 1);
      result.push({
        figure: 'P4',
        what: 'longest wait of another client meanwhile',
        unit: 'ms',
        measured: largest,
        goal: { atMost: 10 },
      });
    }
  }
  await bench.stop(rows);
  await bench.stop(ours);
  return result;
}

async function filledSession(bench: Bench, target: Target, events: number): Promise<string> {
  const sessionId = await target.createSession();
  const path = `/session/${sessionId}/events`;
  const group = await bench.readers.open({ port: target.port, path, count: 1, until: 'turn_complete' });
  await target.prompt(sessionId, `/burst count=${events} bytes=32`);
  await group.finished();
  group.close();
  return sessionId;
}

async function replayMs(bench: Bench, target: Target, sessionId: string, events: number): Promise<number> {
  const path = `/session/${sessionId}/events`;
  const request = { port: target.port, path, count: 1, until: 'replay_complete', lastEventId: 0 };
  const group = await bench.readers.open(request);
  const { startedAt, doneAt, frames } = await group.finished();
  group.close();
  if (frames < events) throw new Error(`a replay had ${frames} of ${events} events`);
  return doneAt - startedAt;
}

/** How long each of another client's requests takes while `task` runs (ms). */
async function waitsDuring(target: Target, task: () => Promise<unknown>): Promise<readonly number[]> {
  const connection = await RawConnection.open(target.port);
  const request = requestBytes('GET', '/livez');
  const waits: number[] = [];
  const running = { isOver: false };
  const over = task().finally(() => {
    running.isOver = true;
  });
  while (!running.isOver) {
    const askedAt = nowMs();
    await connection.send(request);
    waits.push(nowMs() - askedAt);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await over;
  connection.close();
  return waits;
}
