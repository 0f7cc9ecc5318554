import { once } from 'node:events';
import { type Envelope, encodeEvent, itemsOf } from '@holdfast/protocol/view';
import { expect, test } from 'vitest';
import { closedAt, saying } from '../test/events.ts';
import {
  type ScriptedDaemon,
  sendJson,
  sendStreamHead,
  startScriptedDaemon,
} from '../test/scripted-daemon.ts';
import { testRuntime } from '../test/test-runtime.ts';
import { HoldfastClient } from './client.ts';
import { createSessionStore, type SessionSnapshot, type SessionStore } from './store.ts';

const frames = (...events: Envelope[]) => events.map(encodeEvent).join('');
const storeOf = ({ baseUrl }: ScriptedDaemon): SessionStore =>
  createSessionStore(new HoldfastClient({ baseUrl, runtime: testRuntime() }).session('s'));

/** Listens until a snapshot is as wanted, then stops. */
const until = (
  store: SessionStore,
  isWanted: (snapshot: SessionSnapshot) => boolean,
): Promise<SessionSnapshot> =>
  new Promise((resolve) => {
    const stop = store.subscribe(() => {
      const snapshot = store.getSnapshot();
      if (!isWanted(snapshot)) return;
      stop();
      resolve(snapshot);
    });
  });

test('a store shows the conversation and the end of its session', async () => {
  await using daemon = await startScriptedDaemon((_, response) => {
    sendStreamHead(response).end(frames(saying(1, 'Hel', 'p'), saying(2, 'lo', 'p'), closedAt(3)));
  });
  const store = storeOf(daemon);
  expect(store.getSnapshot()).toMatchObject({ phase: 'idle', view: { lastEventId: 0 } });
  const { view } = await until(store, ({ phase }) => phase === 'ended');
  expect(view.lastEventId).toBe(3);
  expect(view.terminal).toMatchObject({ type: 'session_closed', reason: 'client_close' });
  expect(itemsOf(view.transcript.items)).toMatchObject([{ kind: 'agent', content: [{ text: 'Hello' }] }]);
});

test('events that arrive together are one change, and a snapshot stays the same until then', async () => {
  await using daemon = await startScriptedDaemon((_, response) => {
    sendStreamHead(response).end(
      frames(...Array.from({ length: 40 }, (_, index) => saying(index + 1, '.')), closedAt(41)),
    );
  });
  const store = storeOf(daemon);
  const views = new Set<unknown>();
  const stop = store.subscribe(() => {
    expect(store.getSnapshot()).toBe(store.getSnapshot());
    views.add(store.getSnapshot().view);
  });
  await until(store, ({ phase }) => phase === 'ended');
  stop();
  expect(views.size).toBeLessThanOrEqual(4);
});

test('the last listener to go disconnects; the next one continues where the view stands', async () => {
  const closes: Promise<unknown>[] = [];
  await using daemon = await startScriptedDaemon((_, response, index) => {
    if (index === 0) closes.push(once(response, 'close'));
    sendStreamHead(response).write(index === 0 ? frames(saying(1, 'a')) : frames(saying(2, 'b')));
  });
  const store = storeOf(daemon);
  await until(store, ({ view }) => view.lastEventId === 1);
  await Promise.all(closes);
  expect(store.getSnapshot().phase).toBe('idle');
  const { view } = await until(store, ({ view }) => view.lastEventId === 2);
  expect(itemsOf(view.transcript.items)).toMatchObject([{ content: [{ text: 'ab' }] }]);
  expect(daemon.received.map(({ headers }) => headers['last-event-id'])).toEqual(['0', '1']);
});

test('a stream that cannot come back shows why; of a session seen to its end there is simply no more', async () => {
  await using daemon = await startScriptedDaemon((_, response, index) => {
    if (index === 1) sendStreamHead(response).end(frames(closedAt(1)));
    else sendJson(response, 404, { code: 'session_not_found', error: 'closed' });
  });
  const store = storeOf(daemon);
  expect((await until(store, ({ phase }) => phase === 'failed')).error).toMatchObject({
    code: 'session_not_found',
  });
  await until(store, ({ phase }) => phase === 'ended');
  const again = await until(store, ({ phase }) => phase !== 'connecting');
  expect(again).toMatchObject({ phase: 'ended', error: undefined });
  expect(daemon.received).toHaveLength(3);
});
