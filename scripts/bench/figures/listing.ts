import type { Bench } from '../bench.ts';
import { stateWith } from '../generated.ts';
import { RawConnection, requestBytes } from '../raw-http.ts';
import type { Row } from '../row.ts';
import { lowestOf, nowMs, percentile } from '../statistics.ts';

/** P7: a page of sessions, whatever their number. */
export async function listing(bench: Bench): Promise<readonly Row[]> {
  const { isSmoke, repeat } = bench.options;
  const sizes = isSmoke ? [100, 300] : [100, 10_000, 100_000];
  const rows: Row[] = [];
  let smallest: number | undefined;
  for (const [place, sessions] of sizes.entries()) {
    const target = await bench.startHoldfast({ stateDir: await stateWith(bench, sessions) });
    const connection = await RawConnection.open(target.port);
    await pageTimes(connection, 100);
    const first = await lowestOf(repeat, async () =>
      percentile(await pageTimes(connection, isSmoke ? 20 : 300), 0.95),
    );
    smallest ??= first;
    const many = sessions.toLocaleString('en-US');
    rows.push({
      ...{ figure: 'P7', what: `GET /sessions, 50 of ${many}, p95`, unit: 'ms', measured: first },
      ...{ reference: smallest, goal: { atMost: 3 }, ratioGoal: { atMost: 1.5 } },
    });
    if (place === sizes.length - 1) {
      const deep = await deepPageTimes(connection, Math.floor(sessions / 2 / 50));
      rows.push({
        ...{
          figure: 'P7',
          what: `… the pages around row ${(sessions / 2).toLocaleString('en-US')}, p95`,
          unit: 'ms',
        },
        ...{ measured: percentile(deep.slice(-100), 0.95), reference: first, ratioGoal: { atMost: 1.5 } },
      });
    }
    connection.close();
    await bench.stop(target);
  }
  return rows;
}

async function pageTimes(connection: RawConnection, count: number): Promise<readonly number[]> {
  const request = requestBytes('GET', '/sessions?limit=50');
  const times: number[] = [];
  for (let round = 0; round < count; round += 1) {
    const askedAt = nowMs();
    const { status, body } = await connection.send(request);
    times.push(nowMs() - askedAt);
    if (status !== 200) throw new Error(`GET /sessions answered ${status}: ${body}`);
  }
  return times;
}

async function deepPageTimes(connection: RawConnection, pages: number): Promise<readonly number[]> {
  const times: number[] = [];
  let cursor = '';
  for (let page = 0; page < pages; page += 1) {
    const request = requestBytes('GET', `/sessions?limit=50${cursor}`);
    const askedAt = nowMs();
    const { status, body } = await connection.send(request);
    times.push(nowMs() - askedAt);
    const next = /"nextCursor":"([^"]+)"/.exec(body)?.[1];
    if (status !== 200 || next === undefined) break;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
  return times;
}
