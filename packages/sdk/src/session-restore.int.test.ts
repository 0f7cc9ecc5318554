import { encodeEvent } from '@holdfast/protocol/view';
import { expect, test } from 'vitest';
import { closedAt, collect, saying } from '../test/events.ts';
import { type Received, sendJson, sendStreamHead, startScriptedDaemon } from '../test/scripted-daemon.ts';
import { testRuntime } from '../test/test-runtime.ts';
import { HoldfastClient } from './client.ts';

const accepted = { promptId: 'p', lastEventId: 4, eventEpoch: 'epoch-1', state: 'started', position: 0 };
const restored = {
  sessionId: 's',
  clientId: 'client_2',
  lastEventId: 0,
  eventEpoch: 'epoch-1',
  context: 'native',
};
const closed = (reason: string) => ({ code: 'session_not_found', state: 'closed', reason, loadable: true });
const asked = ({ method, url }: Received) => `${method} ${url}`;
const sessionOf = ({ baseUrl }: { baseUrl: string }) =>
  new HoldfastClient({ baseUrl, runtime: testRuntime() }).session('s', { clientId: 'client_1' });

/** A daemon whose session is closed until it is loaded. */
const sleepingDaemon = (reason: string) => {
  let isLoaded = false;
  return startScriptedDaemon(({ url }, response) => {
    if (url.endsWith('/load')) isLoaded = true;
    if (url.endsWith('/load')) sendJson(response, 200, restored);
    else if (isLoaded) sendJson(response, url.endsWith('/prompt') ? 202 : 200, accepted);
    else sendJson(response, 404, closed(reason));
  });
};

test('a prompt to a session that was closed for want of use loads it and goes on as the client it became', async () => {
  await using daemon = await sleepingDaemon('idle_timeout');
  const session = sessionOf(daemon);
  expect(await session.prompt('hello')).toEqual(accepted);
  await session.heartbeat();
  expect(daemon.received.map(asked)).toEqual([
    'POST /session/s/prompt',
    'POST /session/s/load',
    'POST /session/s/prompt',
    'POST /session/s/heartbeat',
  ]);
  expect(daemon.received.map(({ headers }) => headers['holdfast-client-id'])).toEqual([
    'client_1',
    'client_1',
    'client_2',
    'client_2',
  ]);
  expect(session.clientId).toBe('client_2');
});

test('a prompt to a session that somebody closed stays refused and loads nothing', async () => {
  await using daemon = await sleepingDaemon('client_close');
  await expect(sessionOf(daemon).prompt('hello')).rejects.toMatchObject({
    code: 'session_not_found',
    details: { reason: 'client_close' },
  });
  expect(daemon.received).toHaveLength(1);
});

test('a prompt that is refused for another reason loads nothing', async () => {
  await using daemon = await startScriptedDaemon((_, response) =>
    sendJson(response, 404, { code: 'session_not_found' }),
  );
  await expect(sessionOf(daemon).prompt('hello')).rejects.toMatchObject({ code: 'session_not_found' });
  expect(daemon.received).toHaveLength(1);
});

test.each([
  ['load', 0],
  ['resume', 41],
] as const)('after a %s events begin at the cursor it gave', async (action, lastEventId) => {
  await using daemon = await startScriptedDaemon(({ url }, response) => {
    if (url.endsWith(`/${action}`)) sendJson(response, 200, { ...restored, lastEventId });
    else sendStreamHead(response).end([saying(42, 'a'), closedAt(43)].map(encodeEvent).join(''));
  });
  const session = sessionOf(daemon);
  expect((await session[action]()).context).toBe('native');
  expect((await collect(session.events())).map(({ id }) => id)).toEqual([42, 43]);
  expect(daemon.received[1]?.headers['last-event-id']).toBe(String(lastEventId));
});

test('a branch is a session of its own, with its own client', async () => {
  await using daemon = await startScriptedDaemon(({ url }, response) => {
    if (!url.endsWith('/branch')) sendJson(response, 200, {});
    else sendJson(response, 201, { ...restored, sessionId: 'b', lastEventId: 7, displayName: 'X (Branch)' });
  });
  const branch = await sessionOf(daemon).branch({ name: 'X', atEventId: 7 });
  expect([branch.sessionId, branch.clientId]).toEqual(['b', 'client_2']);
  expect(branch.created).toMatchObject({ displayName: 'X (Branch)' });
  await branch.status();
  expect(JSON.parse(daemon.received[0]?.body ?? '')).toEqual({ name: 'X', atEventId: 7 });
  expect(asked(daemon.received[1] ?? expect.fail())).toBe('GET /session/b/status');
});

test('settings, queue and transcript are asked for at their routes', async () => {
  await using daemon = await startScriptedDaemon((_, response) => sendJson(response, 200, {}));
  const session = sessionOf(daemon);
  await session.setModel('deep');
  await session.setMode('plan');
  await session.context();
  await session.supportedCommands();
  await session.pendingPrompts();
  await session.removePendingPrompt('prompt_1');
  await session.transcript({ limit: '5', direction: 'backward' });
  expect(daemon.received.map((request) => `${asked(request)} ${request.body}`.trim())).toEqual([
    'POST /session/s/model {"modelId":"deep"}',
    'POST /session/s/mode {"modeId":"plan"}',
    'GET /session/s/context',
    'GET /session/s/supported-commands',
    'GET /session/s/pending-prompts',
    'DELETE /session/s/pending-prompts/prompt_1',
    'GET /session/s/transcript?limit=5&direction=backward',
  ]);
});
