import { type Envelope, encodeEvent } from '@holdfast/protocol/view';
import { expect, test } from 'vitest';
import { collect, event } from '../../test/events.ts';
import { sendJson, sendStreamHead, startScriptedDaemon } from '../../test/scripted-daemon.ts';
import { testRuntime } from '../../test/test-runtime.ts';
import { HoldfastClient } from '../client.ts';
import type { IndexEvent, WatchSessionsOptions } from './index-events.ts';

const snapshot = (indexSeq: number) => event(undefined, 'snapshot', { sessions: [], total: 0, indexSeq });
const changed = (id: number) =>
  event(id, 'session_changed', { sessionId: 's', revision: 0, patch: { sessionId: 's' } });
const removed = (id: number) => event(id, 'session_removed', { sessionId: 's' });
const frames = (...events: readonly Envelope[]) => events.map(encodeEvent).join('');
const clientOf = ({ baseUrl }: { baseUrl: string }) =>
  new HoldfastClient({ baseUrl, token: 't', runtime: testRuntime() });

/** A daemon that gives each connection what is due to it, and keeps the last one open. */
const daemonOf = (...connections: readonly (readonly Envelope[])[]) =>
  startScriptedDaemon((_, response, at) => {
    const epoch = 'epoch-1';
    sendStreamHead(response, epoch).write(
      frames(...(connections[Math.min(at, connections.length - 1)] ?? [])),
    );
    if (at < connections.length - 1) response.end();
  });

async function watched(
  daemon: { baseUrl: string },
  count: number,
  options: WatchSessionsOptions = {},
): Promise<readonly IndexEvent[]> {
  const stream = clientOf(daemon).watchSessions(options);
  const events: IndexEvent[] = [];
  for await (const each of stream) {
    events.push(each);
    if (events.length === count) break;
  }
  return events;
}

test('watching the sessions asks for a snapshot with the filters, and comes back after the last change', async () => {
  await using daemon = await daemonOf([snapshot(4), changed(5)], [changed(5), removed(6)]);
  const events = await watched(daemon, 3, { agent: 'demo', active: true, sort: 'title', limit: 20 });
  expect(events.map(({ type }) => type)).toEqual(['snapshot', 'session_changed', 'session_removed']);
  const [first, second] = daemon.received;
  expect(first?.url).toBe('/sessions/events?agent=demo&active=true&sort=title&limit=20&snapshot=1');
  expect(first?.headers).toMatchObject({ accept: 'text/event-stream', authorization: 'Bearer t' });
  expect(first?.headers).not.toHaveProperty('last-event-id');
  expect(second?.headers).toMatchObject({ 'last-event-id': '5', 'holdfast-event-epoch': 'epoch-1' });
});

test('a stream that breaks after its snapshot goes on from there', async () => {
  await using daemon = await daemonOf([snapshot(4)], [changed(5)]);
  expect((await watched(daemon, 2)).map(({ type }) => type)).toEqual(['snapshot', 'session_changed']);
  expect(daemon.received[1]?.headers['last-event-id']).toBe('4');
});

test('a stream that breaks between a reset and the snapshot behind it begins with a snapshot', async () => {
  const reset = event(undefined, 'reset', { reason: 'cursor_expired', indexSeq: 9 });
  await using daemon = await daemonOf([reset], [snapshot(9), changed(10)]);
  const events = await watched(daemon, 3, { after: 2, eventEpoch: 'epoch-0' });
  expect(events.map(({ type }) => type)).toEqual(['reset', 'snapshot', 'session_changed']);
  const [first, second] = daemon.received;
  expect(first?.headers).toMatchObject({ 'last-event-id': '2', 'holdfast-event-epoch': 'epoch-0' });
  expect(second?.headers).not.toHaveProperty('last-event-id');
});

test('a fault of the index is no event: it is asked for again from where it broke', async () => {
  const fault = event(undefined, 'stream_error', { error: 'the session index could not be read' });
  await using daemon = await daemonOf([snapshot(4), changed(5), fault], [changed(6)]);
  const events = await watched(daemon, 3);
  expect(events.map(({ type }) => type)).toEqual(['snapshot', 'session_changed', 'session_changed']);
  expect(daemon.received[1]?.headers['last-event-id']).toBe('5');
});

test('watching ends with the signal, with leaving the loop, and with a refusal that cannot change', async () => {
  const controller = new AbortController();
  const phases: string[] = [];
  const onConnection = ({ phase }: { phase: string }) => void phases.push(phase);
  await using daemon = await daemonOf([snapshot(4)]);
  const stream = clientOf(daemon).watchSessions({ signal: controller.signal, onConnection });
  expect(await stream.next()).toMatchObject({ done: false, value: { type: 'snapshot' } });
  const waiting = stream.next();
  controller.abort();
  expect(await waiting).toMatchObject({ done: true });
  expect(phases).toEqual(['connecting', 'open', 'ended']);
  const left = clientOf(daemon).watchSessions();
  await left.next();
  expect(await left.return?.()).toMatchObject({ done: true });

  await using refusing = await startScriptedDaemon((_, response) =>
    sendJson(response, 401, { code: 'unauthorized' }),
  );
  await expect(collect(clientOf(refusing).watchSessions())).rejects.toMatchObject({ code: 'unauthorized' });
});
