import type { SessionList, WatchSessionsRequest } from '@holdfast/bridge';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { HoldfastServer } from '../../create-server.ts';
import { FakeIndex } from '../../testing/fake-index.ts';
import { openStreamClient, type StreamClient } from '../../testing/stream-client.ts';
import { testServer } from '../../testing/test-server.ts';

const open: { readonly server: HoldfastServer[]; readonly clients: StreamClient[] } = {
  server: [],
  clients: [],
};
afterEach(async () => {
  for (const client of open.clients.splice(0)) client.leave();
  for (const server of open.server.splice(0)) await server.close();
});

async function start(
  subscribe: (index: FakeIndex, request: WatchSessionsRequest) => ReturnType<FakeIndex['subscribe']> = (
    index,
    { after },
  ) => index.subscribe(after),
  options: Parameters<typeof testServer>[1] = {},
) {
  const index = new FakeIndex();
  const asked: WatchSessionsRequest[] = [];
  const watchSessions = (request: WatchSessionsRequest) => {
    asked.push(request);
    return subscribe(index, request);
  };
  const server = testServer({ watchSessions }, options);
  open.server.push(server);
  const url = `${await server.listen({ host: '127.0.0.1', port: 0 })}/sessions/events`;
  const connect = async (query = '', headers: Readonly<Record<string, string>> = {}) => {
    const client = await openStreamClient(url + query, headers);
    open.clients.push(client);
    return client;
  };
  return { index, asked, server, connect };
}

const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 20_000, interval: 2 });
const frames = (client: StreamClient) =>
  client.messages().map(({ event, lastEventId, data }) => [event, lastEventId, JSON.parse(data).data]);
const typesOf = (client: StreamClient) => client.messages().map(({ event }) => event);

describe('the stream of the session index', () => {
  it('tells what changes from now on, each change under its number', async () => {
    const { index, connect } = await start();
    index.change(1);
    const client = await connect();
    expect(client.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'holdfast-event-epoch': '00000000-0000-4000-8000-00000000e0e0',
    });
    await until(() => client.text() === 'retry: 3000\n\n' && index.watchers.size === 1);
    index.change(2);
    await until(() => client.messages().length === 1);
    index.erase(1);
    await until(() => client.messages().length === 2);
    const [one, two] = [1, 2].map((session) => `00000000-0000-4000-8000-00000000000${session}`);
    expect(frames(client)).toMatchObject([
      ['session_changed', '2', { sessionId: two, revision: 0, patch: { sessionId: two, clientCount: 2 } }],
      ['session_removed', '3', { sessionId: one }],
    ]);
  });

  it('begins with the first page where it is asked for, filtered, and goes on from there', async () => {
    const filters: unknown[] = [];
    const { index, connect } = await start((known, { after }) =>
      known.subscribe(after, {
        snapshot: async (given) => {
          filters.push(given);
          return known.list();
        },
      }),
    );
    index.change(1);
    index.change(2);
    const client = await connect('?snapshot=1&agent=demo&active=false&limit=5&sort=title');
    await until(() => client.messages().length === 1);
    index.change(1);
    await until(() => client.messages().length === 2);
    expect(filters).toMatchObject([{ agent: 'demo', active: false, limit: 5, sort: 'title' }]);
    expect(frames(client)).toMatchObject([
      ['snapshot', '2', { total: 2, indexSeq: 2, sessions: [{ clientCount: 1 }, { clientCount: 2 }] }],
      ['session_changed', '3', { patch: { clientCount: 3 } }],
    ]);
  });

  it('goes on from a cursor without a snapshot, with the last state alone of what changed often', async () => {
    const { index, asked, connect } = await start();
    for (let change = 0; change < 300; change += 1) index.change(change % 3);
    const client = await connect('?snapshot=1', { 'last-event-id': '10' });
    await until(() => client.messages().length === 3);
    expect(asked).toEqual([{ after: 10, epoch: undefined }]);
    expect(client.ids()).toEqual([298, 299, 300]);
    expect(typesOf(client)).toEqual(Array(3).fill('session_changed'));
  });

  it('tells a slow reader only the last state of each row when it reads on', async () => {
    const { index, connect } = await start();
    const client = await connect();
    await until(() => index.watchers.size === 1);
    client.stall();
    // More than sockets hold: 400 rows of some 500 bytes, again and again.
    for (let round = 0; round < 30; round += 1) {
      for (let session = 0; session < 400; session += 1) index.change(session);
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.resume();
    await until(() => client.ids().at(-1) === index.lastSeq);
    expect(client.ids().length).toBeLessThan(index.lastSeq);
    expect(client.ids()).toEqual([...new Set(client.ids())].sort((one, other) => one - other));
    expect(client.ids().slice(-400)).toEqual(
      Array.from({ length: 400 }, (_, at) => index.lastSeq - 399 + at),
    );
  });

  it('an expired index cursor gives reset, then a snapshot where one is asked for, then changes', async () => {
    const { index, connect } = await start((known) => ({
      ...known.subscribe(),
      reset: 'cursor_expired' as const,
    }));
    index.change(1);
    const [withPage, without] = [await connect('?after=0&snapshot=1'), await connect('?after=0')];
    await until(() => withPage.messages().length === 2 && without.messages().length === 1);
    index.change(2);
    await until(() => withPage.messages().length === 3 && without.messages().length === 2);
    expect(frames(withPage)).toMatchObject([
      ['reset', '1', { reason: 'cursor_expired', indexSeq: 1 }],
      ['snapshot', '1', { indexSeq: 1 }],
      ['session_changed', '2', {}],
    ]);
    expect(typesOf(without)).toEqual(['reset', 'session_changed']);
  });

  it('gives two readers at one place the same bytes of one read', async () => {
    let reads = 0;
    const { index, connect } = await start();
    index.aroundRead = async () => {
      reads += 0.5;
    };
    const readers = [await connect(), await connect(), await connect()];
    await until(() => index.readers === 3 && reads >= 1);
    await new Promise((resolve) => setImmediate(resolve));
    reads = 0;
    index.change(1);
    await until(() => readers.every((client) => client.messages().length === 1));
    expect(new Set(readers.map((client) => client.text())).size).toBe(1);
    // One that found the change, one that found nothing after it.
    expect(reads).toBeLessThanOrEqual(2);
  });

  it('says when the index cannot be read, and ends', async () => {
    const { index, connect, server } = await start();
    const client = await connect();
    await until(() => index.watchers.size === 1);
    index.aroundRead = () => Promise.reject(new Error('a bad page'));
    index.change(1);
    expect(await client.ended).toBe(true);
    expect(frames(client)).toMatchObject([
      ['stream_error', '0', { error: 'the session index could not be read' }],
    ]);
    expect(server.lines.join('')).toContain('a bad page');
    await until(() => index.readers === 0);
  });

  it('refuses a malformed cursor and a client that takes no event stream', async () => {
    const { connect } = await start();
    expect((await connect('?after=x')).response.statusCode).toBe(400);
    expect((await connect('', { accept: 'application/json' })).response.statusCode).toBe(406);
    expect((await connect('?sort=size')).response.statusCode).toBe(400);
  });

  it('lets go of a client that left while its first page was read', async () => {
    let give: (page: SessionList) => void = () => {};
    const { index, connect } = await start((known) =>
      known.subscribe(undefined, {
        snapshot: () =>
          new Promise((resolve) => {
            give = resolve;
          }),
      }),
    );
    const client = await connect('?snapshot=1');
    await until(() => index.readers === 1);
    client.leave();
    await until(() => index.readers === 0);
    give(index.list());
    expect(index.watchers.size).toBe(0);
  });
});
