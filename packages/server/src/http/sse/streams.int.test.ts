import type { Server, Socket } from 'node:net';
import { sessionIdFrom } from '@holdfast/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { HoldfastServer } from '../../create-server.ts';
import { FakeLog } from '../../testing/fake-log.ts';
import { openStreamClient, type StreamClient } from '../../testing/stream-client.ts';
import { testServer } from '../../testing/test-server.ts';

const sessionId = sessionIdFrom('11111111-1111-4111-8111-111111111111');
const kib = 'x'.repeat(1024);
const open: { readonly server: HoldfastServer[]; readonly clients: StreamClient[] } = {
  server: [],
  clients: [],
};

afterEach(async () => {
  for (const client of open.clients.splice(0)) client.leave();
  for (const server of open.server.splice(0)) await server.close();
});

async function start(options: Parameters<typeof testServer>[1] = {}) {
  const log = new FakeLog();
  const server = testServer({ subscribe: async (_id, { after }) => log.subscribe(after) }, options);
  open.server.push(server);
  const sockets: Socket[] = [];
  (server.app.server as Server).on('connection', (socket) => void sockets.push(socket));
  const url = `${await server.listen({ host: '127.0.0.1', port: 0 })}/session/${sessionId}/events`;
  const connect = async (query = '', headers: Readonly<Record<string, string>> = {}) => {
    const client = await openStreamClient(url + query, headers);
    open.clients.push(client);
    return client;
  };
  return { log, server, sockets, connect };
}

const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 20_000, interval: 2 });
const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const typesOf = (client: StreamClient) => client.messages().map(({ event }) => event);

describe('an event stream', () => {
  it('says what it is in its headers and begins with the retry time', async () => {
    const { connect } = await start();
    const client = await connect();
    await until(() => client.text() !== '');
    expect(client.text()).toBe('retry: 3000\n\n');
    expect(client.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'holdfast-event-epoch': '00000000-0000-4000-8000-00000000e0e0',
      'x-qwen-event-epoch': '00000000-0000-4000-8000-00000000e0e0',
      'x-request-id': expect.any(String),
    });
  });

  it('tells the bridge whose it is, under either name of the header, and minds no id that is none', async () => {
    const seen: unknown[] = [];
    const log = new FakeLog();
    const server = testServer({
      subscribe: async (_id, { after, clientId }) => {
        seen.push(clientId);
        return log.subscribe(after);
      },
    });
    open.server.push(server);
    const url = `${await server.listen({ host: '127.0.0.1', port: 0 })}/session/${sessionId}/events`;
    const sent: Readonly<Record<string, string>>[] = [
      { 'holdfast-client-id': 'a' },
      { 'x-qwen-client-id': 'b' },
      { 'holdfast-client-id': 'no id' },
      {},
    ];
    for (const headers of sent) open.clients.push(await openStreamClient(url, headers));
    expect(seen).toEqual(['a', 'b', undefined, undefined]);
  });

  it('gives two readers the same bytes, and a later one from 0 the same list', async () => {
    const { log, connect } = await start();
    const [one, two] = [await connect(), await connect()];
    await until(() => log.watchers.size > 0 && log.readers === 2);
    for (let batch = 0; batch < 50; batch += 1) log.commit(`first ${batch}`, 'Grüße 🎉', kib);
    await until(() => one.ids().length === 150 && two.ids().length === 150);
    expect(one.text()).toBe(two.text());

    const late = await connect('?after=0');
    await until(() => typesOf(late).includes('replay_complete'));
    const frames = (text: string) => text.split('\n\n').filter((frame) => frame.startsWith('id:'));
    expect(frames(late.text())).toEqual(frames(one.text()));
  });

  it('replays, says so, and goes on live without gap or repeat', async () => {
    const { log, connect } = await start();
    log.commit(...upTo(2_500).map(String));
    const client = await connect('?after=10');
    await until(() => client.ids().length > 0);
    log.commit('live 1', 'live 2');
    await until(() => client.ids().at(-1) === 2_502);
    expect(client.ids()).toEqual(upTo(2_502, 11));
    const place = typesOf(client).indexOf('replay_complete');
    expect(place).toBe(2_490);
    expect(JSON.parse(client.messages()[place]?.data ?? '')).toMatchObject({
      data: { replayedCount: 2_490, lastEventId: 2_500 },
    });
  });

  it('says replay_complete for a cursor at the tail, and nothing of it without a cursor', async () => {
    const { log, connect } = await start();
    log.commit('a', 'b');
    const [at, now] = [await connect('?after=2'), await connect()];
    await until(() => log.watchers.size > 0);
    log.commit('c');
    await until(() => at.ids().length === 1 && now.ids().length === 1);
    expect(typesOf(at)).toEqual(['replay_complete', 'session_update']);
    expect(typesOf(now)).toEqual(['session_update']);
  });

  it('ends after a session terminal, at the tail as in a replay', async () => {
    const { log, connect } = await start();
    const live = await connect();
    await until(() => log.watchers.size > 0);
    log.commitTyped([
      { type: 'session_update', text: 'last words' },
      { type: 'session_closed', text: '' },
    ]);
    expect(await live.ended).toBe(true);
    expect(typesOf(live)).toEqual(['session_update', 'session_closed']);

    const late = await connect('?after=0');
    expect(await late.ended).toBe(true);
    expect(typesOf(late)).toEqual(['session_update', 'session_closed', 'replay_complete']);
    expect(log.readers).toBe(0);
    expect(log.watchers.size).toBe(0);
  });

  it('keeps nothing for a stalled reader but its cursor, and gives it everything later', async () => {
    const { log, sockets, connect } = await start();
    const [stalled, fast] = [await connect('?maxQueued=100'), await connect()];
    await until(() => log.readers === 2);
    stalled.stall();
    const text = kib.repeat(32);
    let most = 0;
    for (let batch = 1; batch <= 60; batch += 1) {
      log.commit(...Array.from({ length: 16 }, () => text));
      await until(() => fast.ids().length === batch * 16);
      most = Math.max(most, ...sockets.map((socket) => socket.writableLength));
    }
    expect(stalled.ids().length).toBeLessThan(960);
    // One write may wait on the socket, however far behind the reader is.
    expect(most).toBeLessThan(1024 * 1024);

    stalled.resume();
    await until(() => stalled.ids().length === 960);
    expect(stalled.ids()).toEqual(upTo(960));
    expect(typesOf(stalled).filter((type) => type === 'slow_client_warning')).toHaveLength(1);
    log.commit('live again');
    await until(() => stalled.ids().at(-1) === 961 && fast.ids().at(-1) === 961);
    expect(typesOf(fast)).not.toContain('slow_client_warning');
  });

  it('leaks nothing of a reader that leaves while bytes wait for it', async () => {
    const { log, sockets, connect } = await start();
    const client = await connect();
    await until(() => log.watchers.size > 0);
    client.stall();
    const text = kib.repeat(64);
    while (!sockets.some((socket) => socket.writableLength > 0)) {
      log.commit(text, text, text, text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.leave();
    await until(() => log.readers === 0 && log.watchers.size === 0);
    log.commit('nobody hears this');
    const other = await connect(`?after=${log.lastSeq - 1}`);
    await until(() => other.ids().length === 1);
  });

  it('hands its ear to another reader when the one it listened through leaves', async () => {
    const { log, connect } = await start();
    const first = await connect();
    await until(() => log.watchers.size === 1);
    const second = await connect();
    await until(() => log.readers === 2);
    first.leave();
    await until(() => log.readers === 1);
    log.commit('still here');
    await until(() => second.ids().length === 1);
    expect(log.watchers.size).toBe(1);
  });

  it('drops a socket only when it takes no byte for the whole idle time', async () => {
    const { log, connect } = await start({ writerIdleTimeoutMs: 200, heartbeatIntervalMs: 50 });
    const [stalled, quiet] = [await connect(), await connect()];
    await until(() => log.readers === 2);
    stalled.stall();
    const text = kib.repeat(64);
    while (log.readers === 2) {
      log.commit(text, text, text, text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { lastSeq } = log;
    await until(() => quiet.ids().at(-1) === lastSeq);
    expect(log.readers).toBe(1);
    stalled.resume();
    expect(await stalled.ended).toBe(false);
  });

  it('sends heartbeats to a quiet reader', async () => {
    const { connect } = await start({ heartbeatIntervalMs: 10 });
    const client = await connect();
    await until(() => client.text().includes(':\n\n:\n\n'));
    expect(client.messages()).toEqual([]);
  });

  it('tells a reader of a journal fault and ends, and tells the log why', async () => {
    const { log, server, connect } = await start();
    log.commit('a');
    log.aroundRead = () => Promise.reject(new Error('disk on fire'));
    const client = await connect('?after=0');
    expect(await client.ended).toBe(true);
    expect(client.messages().map(({ event, data }) => [event, JSON.parse(data).data])).toEqual([
      ['stream_error', { error: 'the events could not be read' }],
    ]);
    expect((server as unknown as { lines: string[] }).lines.join('')).toContain('disk on fire');
  });

  it('ends without a terminal, and after what was committed, when the server closes', async () => {
    const { log, server, connect } = await start();
    const clients = await Promise.all(Array.from({ length: 30 }, () => connect()));
    await until(() => log.readers === 30);
    log.commit('one');
    log.commit('two');
    await server.close();
    for (const client of clients) {
      expect(await client.ended).toBe(true);
      expect(client.ids()).toEqual([1, 2]);
    }
    expect(log.readers).toBe(0);
  });

  it('sends a snapshot after the replay when asked', async () => {
    const log = new FakeLog();
    log.commit('a');
    const server = testServer({
      subscribe: async (_id, { after }) => log.subscribe(after),
      // Of the description only the settings are read.
      describeSession: async () => ({ config: { modelId: 'm1' } }) as never,
    });
    open.server.push(server);
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const client = await openStreamClient(`${url}/session/${sessionId}/events?snapshot=1&after=0`);
    open.clients.push(client);
    await until(() => client.messages().length === 3);
    expect(typesOf(client)).toEqual(['session_update', 'replay_complete', 'session_snapshot']);
    expect(JSON.parse(client.messages()[2]?.data ?? '')).toMatchObject({
      data: { sessionId, currentModelId: 'm1', currentApprovalMode: null },
    });
  });
});
