import { expect, test } from 'vitest';
import { cut, type Script, sendJson, startScriptedDaemon } from '../../test/scripted-daemon.ts';
import { manualRuntime, testRuntime } from '../../test/test-runtime.ts';
import { HoldfastClient, type HoldfastClientOptions } from '../client.ts';
import { HoldfastError } from '../holdfast-error.ts';
import { retryAfterMs } from './problem.ts';
import { defaultRetry, retryDelayMs } from './retry-policy.ts';

const created = {
  sessionId: 'a5f1',
  clientId: 'client_1',
  workspaceCwd: '/w',
  agent: 'demo',
  attached: false,
  createdAt: '2026-11-21T00:00:00.000Z',
  hasActivePrompt: false,
  lastEventId: 0,
  eventEpoch: 'epoch-1',
};
const accepted = {
  promptId: 'prompt_1',
  lastEventId: 1,
  eventEpoch: 'epoch-1',
  state: 'started',
  position: 0,
};

async function daemonThat(script: Script, options: Partial<HoldfastClientOptions> = {}) {
  const daemon = await startScriptedDaemon(script);
  const client = new HoldfastClient({ baseUrl: daemon.baseUrl, runtime: testRuntime(), ...options });
  return { client, daemon, [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose]() };
}

const failure = async (call: Promise<unknown>): Promise<HoldfastError> => {
  const thrown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (thrown instanceof HoldfastError) return thrown;
  throw new Error(`expected a HoldfastError; got ${String(thrown)}`);
};

test('a call says who calls, and reaches the daemon below a path of a proxy', async () => {
  const options = { token: 't0p', clientId: 'me', userAgent: 'tests/1' };
  await using daemon = await startScriptedDaemon((_, response) => sendJson(response, 200, created));
  const client = new HoldfastClient({ baseUrl: `${daemon.baseUrl}/behind/proxy/`, ...options });
  const session = await client.createSession({ cwd: '/w' });
  expect(session.sessionId).toBe('a5f1');
  expect(session.created?.attached).toBe(false);
  expect(daemon.received[0]).toMatchObject({
    method: 'POST',
    url: '/behind/proxy/session',
    body: '{"cwd":"/w"}',
    headers: {
      authorization: 'Bearer t0p',
      'holdfast-client-id': 'me',
      'user-agent': 'tests/1',
      'content-type': 'application/json',
      'idempotency-key': expect.stringMatching(/^[0-9a-f]{32}$/),
    },
  });
});

test('a session speaks as the client the daemon registered, and each parameter fills one segment', async () => {
  await using peer = await daemonThat((_, response, index) =>
    sendJson(response, 200, index === 0 ? created : {}),
  );
  const session = await peer.client.createSession();
  await session.vote('perm/1', { outcome: 'selected', optionId: 'yes' });
  await peer.client.listWorkspaceSessions('/home/me/a b', { size: 2 });
  expect(peer.daemon.received[1]).toMatchObject({
    url: '/session/a5f1/permission/perm%2F1',
    headers: { 'holdfast-client-id': 'client_1' },
    body: '{"outcome":{"outcome":"selected","optionId":"yes"}}',
  });
  expect(peer.daemon.received[2]?.url).toBe('/workspace/%2Fhome%2Fme%2Fa%20b/sessions?size=2');
});

test('a refusal is an error with its code, status, details and the wait it asks for', async () => {
  const problem = {
    error: 'session a5f1 is closed: load it first',
    code: 'session_not_found',
    type: 'about:blank',
    title: 'Session not found',
    status: 404,
    state: 'closed',
    loadable: true,
  };
  await using peer = await daemonThat((_, response) =>
    sendJson(response, 404, problem, { 'retry-after': '2' }),
  );
  expect(await failure(peer.client.session('a5f1').heartbeat())).toMatchObject({
    code: 'session_not_found',
    message: 'session a5f1 is closed: load it first',
    status: 404,
    details: { state: 'closed', loadable: true },
    retryAfterMs: 2000,
    isRetryable: false,
  });
  expect(peer.daemon.received).toHaveLength(1);
});

test('a submission that may have got lost is repeated with the key of its first attempt', async () => {
  await using peer = await daemonThat((_, response, index) => {
    if (index === 0) cut(response);
    else if (index === 1) response.writeHead(502).end('<html>bad gateway</html>');
    else if (index === 2) sendJson(response, 409, { code: 'idempotency_in_flight', retryable: true });
    else sendJson(response, 202, accepted);
  });
  expect(await peer.client.session('a5f1').prompt('hello')).toEqual(accepted);
  expect(peer.daemon.received.map(({ headers }) => headers['idempotency-key'])).toEqual(
    Array(4).fill('key-1'),
  );
  expect(new Set(peer.daemon.received.map(({ body }) => body)).size).toBe(1);
  await peer.client.session('a5f1').prompt('hello', { idempotencyKey: 'mine' });
  expect(peer.daemon.received.at(-1)?.headers['idempotency-key']).toBe('mine');
});

test('attempts are counted: the last failure stands', async () => {
  await using peer = await daemonThat((_, response) => response.writeHead(503).end(), {
    retry: { maxAttempts: 3 },
  });
  expect(await failure(peer.client.capabilities())).toMatchObject({ code: 'http_error', status: 503 });
  expect(peer.daemon.received).toHaveLength(3);
});

test('without retries a failure stands at once', async () => {
  await using peer = await daemonThat((_, response) => cut(response), { retry: null });
  expect(await failure(peer.client.capabilities())).toMatchObject({ code: 'unreachable', status: undefined });
  expect(peer.daemon.received).toHaveLength(1);
});

test('a cancel that may have got lost is not repeated: it might meet another turn', async () => {
  await using peer = await daemonThat((_, response) => cut(response));
  await failure(peer.client.session('a5f1').cancel());
  expect(peer.daemon.received).toHaveLength(1);
});

test('a vote that may have got lost is repeated with its key', async () => {
  await using peer = await daemonThat((_, response) => cut(response));
  await failure(peer.client.session('a5f1').vote('perm_1', { outcome: 'cancelled' }));
  const keys = peer.daemon.received.map(({ headers }) => headers['idempotency-key']);
  expect(keys.length).toBeGreaterThan(1);
  expect(new Set(keys).size).toBe(1);
});

test('a refusal the daemon calls final is not repeated, whatever its status', async () => {
  await using peer = await daemonThat((_, response) =>
    sendJson(response, 502, { code: 'agent_start_failed' }),
  );
  expect((await failure(peer.client.createSession())).code).toBe('agent_start_failed');
  expect(peer.daemon.received).toHaveLength(1);
});

test('closing a session that is closed already succeeds', async () => {
  await using peer = await daemonThat((_, response) =>
    sendJson(response, 404, { code: 'session_not_found' }),
  );
  await peer.client.session('a5f1').close({ transcript: 'keep' });
  expect(peer.daemon.received[0]).toMatchObject({ method: 'DELETE', url: '/session/a5f1?transcript=keep' });
  await using wrong = await daemonThat((_, response) => sendJson(response, 404, { code: 'not_found' }));
  expect((await failure(wrong.client.session('a5f1').close())).code).toBe('not_found');
});

test('a degraded daemon still answers about its health', async () => {
  const health = { status: 'degraded', reason: 'disk full' };
  await using peer = await daemonThat((_, response) => sendJson(response, 503, health));
  expect(await peer.client.health({ deep: true })).toEqual(health);
  expect(peer.daemon.received.map(({ url }) => url)).toEqual(['/health?deep=1']);
});

test('an aborted call rejects with the reason, before, during and between attempts', async () => {
  const reason = new Error('the page was left');
  const controller = new AbortController();
  await using peer = await daemonThat(() => controller.abort(reason));
  await expect(peer.client.capabilities({ signal: controller.signal })).rejects.toBe(reason);
  await expect(peer.client.capabilities({ signal: controller.signal })).rejects.toBe(reason);
  expect(peer.daemon.received).toHaveLength(1);

  const between = new AbortController();
  const runtime = {
    ...testRuntime(),
    after: () => {
      queueMicrotask(() => between.abort(reason));
      return () => {};
    },
  };
  await using failing = await daemonThat((_, response) => cut(response), { runtime, timeoutMs: null });
  await expect(failing.client.capabilities({ signal: between.signal })).rejects.toBe(reason);
  expect(failing.daemon.received).toHaveLength(1);
});

test('a daemon that never answers is given up at the deadline', async () => {
  const runtime = manualRuntime();
  await using peer = await daemonThat(() => runtime.fire(), { runtime, retry: null, timeoutMs: 1234 });
  expect(await failure(peer.client.capabilities())).toMatchObject({ code: 'timeout', isRetryable: true });
  expect(runtime.waitsMs).toEqual([1234]);
});

test('an answer that is not Holdfast’s says so', async () => {
  await using peer = await daemonThat((_, response) => response.end('<html>hello</html>'));
  expect((await failure(peer.client.capabilities())).code).toBe('unreadable_answer');
});

test('pages follow one another to the last', async () => {
  await using peer = await daemonThat(({ url }, response) => {
    const isSecond = url.includes('cursor=c2');
    sendJson(response, 200, {
      sessions: [isSecond ? 'b' : 'a'],
      total: 2,
      indexSeq: 1,
      ...(isSecond ? {} : { nextCursor: 'c2' }),
    });
  });
  const rows: unknown[] = [];
  for await (const page of peer.client.sessionPages({ limit: 1, archived: false }))
    rows.push(...page.sessions);
  expect(rows).toEqual(['a', 'b']);
  expect(peer.daemon.received.map(({ url }) => url)).toEqual([
    '/sessions?limit=1&archived=false',
    '/sessions?limit=1&archived=false&cursor=c2',
  ]);
});

test('Retry-After is seconds or a date; a wait beyond ours is left to the caller', () => {
  expect(retryAfterMs('5', 0)).toBe(5000);
  expect(retryAfterMs('Thu, 01 Jan 1970 00:00:09 GMT', 2000)).toBe(7000);
  expect(retryAfterMs('Thu, 01 Jan 1970 00:00:09 GMT', 20_000)).toBe(0);
  expect(retryAfterMs('soon', 0)).toBeUndefined();
  const busy = (ms: number) =>
    new HoldfastError({ code: 'prompt_queue_full', message: '', isRetryable: true, retryAfterMs: ms });
  expect(retryDelayMs(busy(5000), 0, defaultRetry, 0.5)).toBe(5125);
  expect(retryDelayMs(busy(60_000), 0, defaultRetry, 0.5)).toBeUndefined();
});
