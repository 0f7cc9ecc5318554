import { join } from 'node:path';
import { type RawConnection, requestBytes } from '../raw-http.ts';
import { nowMs } from '../statistics.ts';
import type { Target } from '../target.ts';

/** What is asked of a list, each with every order; `words` are looked for in titles, the second in one of thousands. */
export const queries = [
  { name: 'no filter', query: '' },
  { name: 'cwd', query: 'cwd=CWD' },
  { name: 'agent', query: 'agent=qwen' },
  { name: 'agent of few', query: 'agent=nobody' },
  { name: 'state=closed', query: 'state=closed' },
  { name: 'state=stranded', query: 'state=stranded' },
  { name: 'active', query: 'active=true' },
  { name: 'label', query: 'label=review' },
  { name: 'parent', query: 'parent=00000000-0000-4000-8000-000000000000' },
  { name: 'archived', query: 'archived=true' },
  { name: 'createdAfter', query: 'createdAfter=LATELY' },
  { name: 'updatedAfter', query: 'updatedAfter=LATELY' },
  { name: 'q, common', query: 'q=file' },
  { name: 'q, rare', query: 'q=module_7' },
  { name: 'q, nowhere', query: 'q=nowhere+at+all' },
  { name: 'agent, label and q', query: 'agent=claude&label=docs&q=the' },
] as const;
const orders = ['activity', 'created', 'title'] as const;
const lately = 3_600_000;

/** What pages took: each one's time (ms), and the daemon's CPU for each on average (ms). */
export interface PageTimes {
  readonly times: readonly number[];
  readonly cpuMs: number;
}

/** The first page of all, again and again. */
export const firstPages = (listed: Listed, count: number): Promise<PageTimes> =>
  timed(listed, async (times) => {
    for (let round = 0; round < count; round += 1)
      times.push((await pageOf(listed.connection, 'limit=50')).tookMs);
  });

/** Walks past `skipped` pages and measures those behind them. */
export async function deepPages(listed: Listed, skipped: number): Promise<PageTimes> {
  const { connection } = listed;
  let cursor = await walk(connection, 'limit=50', { cursor: '', count: skipped, times: [] });
  return await timed(listed, async (times) => {
    while (cursor !== '') cursor = await walk(connection, 'limit=50', { cursor, count: 1, times });
  });
}

/** The pages of each query, of its slowest order: the first of a walk, as a person turns them. */
export async function queryTimes(
  listed: Listed,
  workspace: string,
  count: number,
): Promise<ReadonlyMap<string, PageTimes>> {
  const slowest = new Map<string, PageTimes>();
  for (const { name, query } of queries) {
    const filter = query
      .replace('CWD', encodeURIComponent(join(workspace, 'project-07')))
      .replace('LATELY', String(Date.now() - lately));
    for (const sort of orders) {
      const measured = await timed(listed, async (times) => {
        await walk(listed.connection, `limit=50&sort=${sort}&${filter}`, { cursor: '', count, times });
      });
      if (measured.cpuMs >= (slowest.get(name)?.cpuMs ?? 0)) slowest.set(name, measured);
    }
  }
  return slowest;
}

export interface Listed {
  readonly connection: RawConnection;
  readonly target: Target;
}

async function timed({ target }: Listed, measured: (times: number[]) => Promise<void>): Promise<PageTimes> {
  const times: number[] = [];
  const before = target.cpuSeconds();
  await measured(times);
  return { times, cpuMs: ((target.cpuSeconds() - before) * 1_000) / times.length };
}

/** Goes from page to page, and on from the first one behind the last; gives the cursor it has come to. */
async function walk(
  connection: RawConnection,
  query: string,
  from: { readonly cursor: string; readonly count: number; readonly times: number[] },
): Promise<string> {
  let { cursor } = from;
  for (let page = 0; page < from.count; page += 1) {
    const { tookMs, nextCursor } = await pageOf(connection, `${query}${cursor}`);
    from.times.push(tookMs);
    cursor = nextCursor === undefined ? '' : `&cursor=${encodeURIComponent(nextCursor)}`;
  }
  return cursor;
}

async function pageOf(connection: RawConnection, query: string) {
  const request = requestBytes('GET', `/sessions?${query}`);
  const askedAt = nowMs();
  const { status, body } = await connection.send(request);
  const tookMs = nowMs() - askedAt;
  if (status !== 200) throw new Error(`GET /sessions?${query} answered ${status}: ${body}`);
  return { tookMs, nextCursor: /"nextCursor":"([^"]+)"/.exec(body)?.[1] };
}
