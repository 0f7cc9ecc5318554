import { once } from 'node:events';
import { type Envelope, encodeEvent } from '@holdfast/protocol/view';
import { expect, test } from 'vitest';
import { closedAt, collect, event, saying } from '../test/events.ts';
import {
  cut,
  type Received,
  sendJson,
  sendStreamHead,
  startScriptedDaemon,
} from '../test/scripted-daemon.ts';
import { testRuntime } from '../test/test-runtime.ts';
import { HoldfastClient } from './client.ts';
import type { ConnectionState } from './events/connection-state.ts';
import { HoldfastError } from './holdfast-error.ts';
import type { Runtime } from './runtime/web-runtime.ts';

const promptId = 'prompt_1';
const accepted = { promptId, lastEventId: 4, eventEpoch: 'epoch-1', state: 'started', position: 0 };
const isPrompt = ({ method }: Received) => method === 'POST';
const frames = (...events: Envelope[]) => events.map(encodeEvent).join('');

const turn = [
  event(5, 'session_update', { sessionId: 's', update: { sessionUpdate: 'user_message_chunk' } }, promptId),
  saying(6, 'Hel', promptId),
  saying(7, 'of another turn', 'prompt_2'),
  saying(8, 'lo', promptId),
];
const complete = event(9, 'turn_complete', { sessionId: 's', promptId, stopReason: 'end_turn' });
const failed = event(9, 'turn_error', { sessionId: 's', promptId, message: 'gone', code: 'agent_exited' });

/** A daemon that takes a prompt and streams these events after it. */
const turnDaemon = (...events: Envelope[]) =>
  startScriptedDaemon((request, response) => {
    if (isPrompt(request)) sendJson(response, 202, accepted);
    else sendStreamHead(response).write(frames(...events));
  });
const sessionOf = ({ baseUrl }: { baseUrl: string }) =>
  new HoldfastClient({ baseUrl, runtime: testRuntime() }).session('s');

test('a run gives the events of its own prompt, from its admission to its terminal', async () => {
  await using daemon = await turnDaemon(...turn, complete, saying(10, 'next'));
  const events = await collect(sessionOf(daemon).run('hello'));
  expect(events.map(({ id }) => id)).toEqual([5, 6, 8, 9]);
  expect(daemon.received.map(({ method, url, headers }) => [method, url, headers['last-event-id']])).toEqual([
    ['POST', '/session/s/prompt', undefined],
    ['GET', '/session/s/events', '4'],
  ]);
  expect(JSON.parse(daemon.received[0]?.body ?? '')).toEqual({ prompt: [{ type: 'text', text: 'hello' }] });
});

test('waiting for a prompt gives what the agent said and why it stopped', async () => {
  await using daemon = await turnDaemon(...turn, complete);
  const result = await sessionOf(daemon).promptAndWait([{ type: 'text', text: 'hi' }], { deadlineMs: 5000 });
  expect(result).toEqual({ promptId, text: 'Hello', stopReason: 'end_turn', usage: undefined });
  expect(JSON.parse(daemon.received[0]?.body ?? '')).toMatchObject({ deadlineMs: 5000 });
});

test('a turn that failed rejects with its code and what had been said', async () => {
  await using daemon = await turnDaemon(...turn, failed);
  await expect(sessionOf(daemon).promptAndWait('hi')).rejects.toMatchObject({
    name: 'HoldfastError',
    code: 'agent_exited',
    message: 'gone',
    details: { promptId, text: 'Hello' },
  });
});

test('a prompt whose session ended without its terminal does not wait for ever', async () => {
  await using daemon = await turnDaemon(...turn, closedAt(9));
  await expect(sessionOf(daemon).promptAndWait('hi')).rejects.toMatchObject({ code: 'stream_ended' });
});

test('a prompt whose history is gone says so', async () => {
  const resync = event(undefined, 'state_resync_required', { reason: 'epoch_reset', earliestAvailableId: 1 });
  await using daemon = await turnDaemon(resync);
  await expect(sessionOf(daemon).promptAndWait('hi')).rejects.toMatchObject({ code: 'resync_required' });
});

test('giving up the wait for a prompt rejects with the reason and cancels nothing', async () => {
  await using daemon = await turnDaemon(...turn);
  const controller = new AbortController();
  const reason = new Error('enough');
  const waiting = sessionOf(daemon).run('hi', { signal: controller.signal });
  await waiting.next();
  controller.abort(reason);
  expect(await collect(waiting)).toEqual([]);
  await expect(sessionOf(daemon).promptAndWait('hi', { signal: controller.signal })).rejects.toBe(reason);
  expect(daemon.received.filter(({ url }) => url.endsWith('/cancel'))).toEqual([]);
});

test('events of a session named by its id begin now, also when the first connections fail', async () => {
  await using daemon = await startScriptedDaemon(({ url }, response, index) => {
    if (!url.endsWith('/events'))
      sendJson(response, 200, { sessionId: 's', lastEventId: 41, eventEpoch: 'epoch-1' });
    else if (index < 3) cut(response);
    else sendStreamHead(response).end(frames(saying(42, 'a'), closedAt(43)));
  });
  expect((await collect(sessionOf(daemon).events())).map(({ id }) => id)).toEqual([42, 43]);
  const streams = daemon.received.slice(1).map(({ headers }) => headers);
  expect(streams.map((headers) => [headers['last-event-id'], headers['holdfast-event-epoch']])).toEqual(
    Array(3).fill(['41', 'epoch-1']),
  );
});

test('a refused stream ends in its error; a busy one is tried again', async () => {
  await using daemon = await startScriptedDaemon((_, response, index) => {
    if (index === 0) sendJson(response, 429, { code: 'subscriber_limit_exceeded', retryable: true });
    else sendJson(response, 404, { code: 'session_not_found', state: 'closed' });
  });
  await expect(collect(sessionOf(daemon).events({ after: 3 }))).rejects.toMatchObject({
    code: 'session_not_found',
    details: { state: 'closed' },
  });
  expect(daemon.received).toHaveLength(2);
});

test('an address that answers with something else than a stream is an error', async () => {
  await using daemon = await startScriptedDaemon((_, response) => sendJson(response, 200, {}));
  await expect(collect(sessionOf(daemon).events({ after: 3 }))).rejects.toMatchObject({
    code: 'unreadable_answer',
  });
});

test('a stream that falls silent, heartbeats included, is given up and continued', async () => {
  let isSilent = false;
  const runtime: Runtime = {
    ...testRuntime(),
    after(delayMs, task) {
      // Time passes only in the silence, and once.
      if (delayMs === 777 && !isSilent) return () => {};
      isSilent = false;
      setImmediate(task);
      return () => {};
    },
  };
  await using daemon = await startScriptedDaemon((_, response, index) => {
    sendStreamHead(response).write(index === 0 ? frames(saying(1, 'a')) : frames(closedAt(2)));
  });
  const client = new HoldfastClient({ baseUrl: daemon.baseUrl, runtime, reconnect: { stallMs: 777 } });
  const phases: string[] = [];
  const onConnection = (state: ConnectionState) =>
    phases.push(state.phase === 'waiting' ? `waiting after ${state.cause.code}` : state.phase);
  const seen: unknown[] = [];
  for await (const { id } of client.session('s').events({ after: 0, onConnection })) {
    seen.push(id);
    isSilent = id === 1;
  }
  expect(seen).toEqual([1, 2]);
  expect(phases).toEqual(['connecting', 'open', 'waiting after timeout', 'connecting', 'open', 'ended']);
  expect(daemon.received[1]?.headers['last-event-id']).toBe('1');
});

test('return ends a subscription that is waiting for an event, and its connection', async () => {
  const closes: Promise<unknown>[] = [];
  await using daemon = await startScriptedDaemon((request, response) => {
    if (request.url.endsWith('/events')) closes.push(once(response, 'close'));
    sendStreamHead(response).write(frames(saying(1, 'a')));
  });
  const events = sessionOf(daemon).events({ after: 0 });
  await events.next();
  const waiting = events.next();
  await events.return?.();
  expect(await waiting).toEqual({ done: true, value: undefined });
  await Promise.all(closes);
});

test('an aborted subscription ends quietly, before it begins and in mid-stream', async () => {
  const controller = new AbortController();
  await using daemon = await startScriptedDaemon((_, response) => {
    sendStreamHead(response).write(frames(saying(1, 'a'), saying(2, 'b')));
  });
  const seen: unknown[] = [];
  for await (const { id } of sessionOf(daemon).events({ after: 0, signal: controller.signal })) {
    seen.push(id);
    controller.abort();
  }
  expect(seen).toEqual([1]);
  expect(await collect(sessionOf(daemon).events({ after: 0, signal: controller.signal }))).toEqual([]);
  expect(daemon.received).toHaveLength(1);
});

test('after a change of numbering the old cursor is shown until the replay has begun', async () => {
  const resync = event(undefined, 'state_resync_required', { reason: 'epoch_reset', earliestAvailableId: 1 });
  await using daemon = await startScriptedDaemon((_, response, index) => {
    const stream = sendStreamHead(response, 'epoch-2');
    if (index === 0) cut(response);
    else if (index === 1) stream.end(frames(resync, saying(1, 'a')));
    else stream.end(frames(closedAt(2)));
  });
  const events = await collect(sessionOf(daemon).events({ after: 70, eventEpoch: 'epoch-1' }));
  expect(events.map(({ id }) => id)).toEqual([undefined, 1, 2]);
  const asked = daemon.received.map(({ headers }) => [
    headers['last-event-id'],
    headers['holdfast-event-epoch'],
  ]);
  expect(asked).toEqual([
    ['70', 'epoch-1'],
    ['70', 'epoch-1'],
    ['1', 'epoch-2'],
  ]);
});

test('errors are instances by which a program can tell them', () => {
  const error = new HoldfastError({ code: 'timeout', message: 'm' });
  expect(error).toBeInstanceOf(Error);
  expect(error.isRetryable).toBe(false);
});
