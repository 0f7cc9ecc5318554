import type { HoldfastClient, IndexEvent, SessionRow } from '@holdfast/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStreamClient } from '../testing/stream-client.ts';
import { type Daemon, DaemonLab } from './testing/daemon-lab.ts';
import { until } from './testing/until.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

/** What a row shows, as far as only the session itself decides. */
type Shown = Record<string, unknown>;
const shown = ({ lastSeenAt: _, ...row }: Partial<SessionRow>): Shown =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

/** Follows the index as a user interface would. */
class Watcher {
  readonly rows = new Map<string, Shown>();
  readonly seqs: number[] = [];
  snapshots = 0;
  resets = 0;
  readonly #leaving = new AbortController();

  constructor(client: HoldfastClient) {
    void this.#follow(client);
  }

  leave(): void {
    this.#leaving.abort();
  }

  async #follow(client: HoldfastClient): Promise<void> {
    for await (const event of client.watchSessions({ limit: 200, signal: this.#leaving.signal }))
      this.#take(event);
  }

  #take(event: IndexEvent): void {
    if (event.id !== undefined) this.seqs.push(event.id);
    switch (event.type) {
      case 'snapshot':
        this.snapshots += 1;
        this.rows.clear();
        for (const row of event.data.sessions) this.rows.set(row.sessionId, shown(row));
        return;
      case 'session_changed':
        this.rows.set(event.data.sessionId, shown(event.data.patch as Partial<SessionRow>));
        return;
      case 'session_removed':
        this.rows.delete(event.data.sessionId);
        return;
      default:
        this.resets += 1;
    }
  }
}

/** Lives of sessions: created, prompted, named, and every third purged, every fourth closed. */
async function live(client: HoldfastClient, count: number): Promise<void> {
  for (let nth = 0; nth < count; nth += 1) {
    const session = await client.createSession({ sessionScope: 'thread', displayName: `life ${nth}` });
    await session.promptAndWait('/say done');
    await session.editMetadata({ labels: [`label-${nth % 3}`] });
    if (nth % 3 === 0) await client.deleteSessions([session.sessionId]);
    else if (nth % 4 === 0) await session.close();
  }
}

async function listed(client: HoldfastClient): Promise<ReadonlyMap<string, Shown>> {
  const rows = new Map<string, Shown>();
  for await (const page of client.sessionPages({ limit: 7, include: 'preview' }))
    for (const row of page.sessions) rows.set(row.sessionId, shown(row));
  return rows;
}

/** Waits until all know what the list says. */
async function agreed(daemon: Daemon, watchers: readonly Watcher[]): Promise<void> {
  const client = lab.client(daemon);
  const { indexSeq } = await client.listSessions({ limit: 1 });
  await until(() => watchers.every(({ seqs }) => (seqs.at(-1) ?? 0) >= indexSeq));
  const truth = await listed(client);
  expect(truth.size).toBeGreaterThan(0);
  for (const { rows } of watchers) expect(rows).toEqual(truth);
}

test('subscribing to the index during writes has no gap and no repeat, across a crash of the daemon too', async () => {
  const daemon = await lab.serve(['--max-sessions', '200']);
  const client = lab.client(daemon);
  const watchers: Watcher[] = [];
  const join = async (count: number) => {
    for (let nth = 0; nth < count; nth += 1) {
      watchers.push(new Watcher(lab.client(daemon)));
      await until(() => watchers.at(-1)?.snapshots === 1);
    }
  };
  await Promise.all([live(client, 12), live(client, 12), join(8)]);
  // One more change, so that whoever came last has one to wait for.
  await live(client, 2);
  await agreed(daemon, watchers);

  await lab.kill(daemon);
  const next = await lab.serveAgain(daemon, ['--max-sessions', '200']);
  await live(lab.client(next), 5);
  await agreed(next, watchers);
  for (const { seqs, snapshots, resets } of watchers) {
    expect(seqs).toEqual([...new Set(seqs)].sort((one, other) => one - other));
    // Everybody went on from where they were.
    expect([snapshots, resets]).toEqual([1, 0]);
  }
  for (const watcher of watchers) watcher.leave();
});

test('a reader that was away hears of what changed and of what was purged, and of a cursor that means nothing a reset', async () => {
  const daemon = await lab.serve();
  const client = lab.client(daemon);
  const [kept, purged] = [await lab.session(daemon), await lab.session(daemon)];
  const { indexSeq } = await client.listSessions();
  await client.deleteSessions([purged.sessionId]);
  await kept.updateMetadata({ displayName: 'Kept' });
  const open = (after: number, more = '') =>
    openStreamClient(`${daemon.ready.url}/sessions/events?snapshot=1&after=${after}${more}`, {
      authorization: `Bearer ${daemon.token()}`,
    });
  const back = await open(indexSeq);
  await until(() => back.ids().length === 2);
  expect(back.messages().map(({ event, data }) => [event, JSON.parse(data).data.sessionId])).toEqual([
    ['session_removed', purged.sessionId],
    ['session_changed', kept.sessionId],
  ]);
  const ahead = await open(1_000_000);
  const foreign = await open(indexSeq, '&epoch=00000000-0000-4000-8000-0000000000ff');
  for (const [reader, reason] of [
    [ahead, 'cursor_unknown'],
    [foreign, 'epoch_changed'],
  ] as const) {
    await until(() => reader.messages().length === 2);
    const [reset, snapshot] = reader.messages().map(({ data }) => JSON.parse(data));
    expect(reset).toMatchObject({ type: 'reset', data: { reason } });
    expect(snapshot).toMatchObject({
      type: 'snapshot',
      data: { total: 1, sessions: [{ displayName: 'Kept' }] },
    });
  }
  for (const reader of [back, ahead, foreign]) reader.leave();
});
