import type { Bridge, Caller } from '@holdfast/bridge';
import { DaemonError, type ErrorCode, operations, promptIdFrom, sessionIdFrom } from '@holdfast/protocol';
import type { InjectOptions } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import { testServer } from '../testing/test-server.ts';

const sessionId = sessionIdFrom('11111111-1111-4111-8111-111111111111');
const unknown = '22222222-2222-4222-8222-222222222222';
const bearer = { authorization: 'Bearer secret' };
const prompt = { prompt: [{ type: 'text', text: 'hi' }] };
const accepted = {
  promptId: promptIdFrom('p'),
  lastEventId: 3,
  eventEpoch: 'e',
  state: 'started' as const,
  position: 0,
};

const notFound = async (): Promise<never> => {
  throw new DaemonError('session_not_found', `no session ${unknown}`, { sessionId: unknown });
};

/** Sends a request with the token, and expects a problem. */
async function refused(
  request: InjectOptions,
  answers: Partial<Bridge> = {},
  options: Parameters<typeof testServer>[1] = {},
) {
  const { app } = testServer(answers, options);
  const response = await app.inject({ ...request, headers: { ...bearer, ...request.headers } });
  expect(response.headers['content-type']).toBe('application/problem+json');
  expect(response.headers['x-request-id']).toMatch(/./);
  await app.close();
  return { status: response.statusCode, headers: response.headers, problem: response.json() };
}

describe('checks come in their order', () => {
  const foreign = { host: 'evil.example', origin: 'https://evil.example' };
  const rows: readonly [string, InjectOptions, number, ErrorCode][] = [
    ['Host before Origin', { url: '/sessions', headers: foreign }, 403, 'host_forbidden'],
    [
      'Origin before preflight',
      {
        method: 'OPTIONS',
        url: '/sessions',
        headers: { origin: 'null', 'access-control-request-method': 'GET' },
      },
      403,
      'origin_forbidden',
    ],
    [
      'Origin before the token',
      { url: '/sessions', headers: { ...foreign, host: 'localhost', authorization: '' } },
      403,
      'origin_forbidden',
    ],
    [
      'the token before the route',
      { url: '/nowhere', headers: { authorization: 'Bearer no' } },
      401,
      'unauthorized',
    ],
    [
      'the token before the method',
      { method: 'PUT', url: '/session', headers: { authorization: '' } },
      401,
      'unauthorized',
    ],
    [
      'the token before the schema',
      {
        method: 'POST',
        url: `/session/${sessionId}/prompt`,
        payload: {},
        headers: { authorization: 'Basic c2VjcmV0' },
      },
      401,
      'unauthorized',
    ],
    [
      'the route before JSON',
      { method: 'POST', url: '/nowhere', payload: '{', headers: { 'content-type': 'application/json' } },
      404,
      'not_found',
    ],
    [
      'the method before JSON',
      { method: 'PUT', url: '/session', payload: '{', headers: { 'content-type': 'application/json' } },
      405,
      'method_not_allowed',
    ],
    [
      'size before JSON',
      {
        method: 'POST',
        url: '/session',
        payload: `{${' '.repeat(20_000)}`,
        headers: { 'content-type': 'application/json' },
      },
      413,
      'body_too_large',
    ],
    [
      'JSON before the schema',
      {
        method: 'POST',
        url: '/session',
        payload: '{"cwd":1',
        headers: { 'content-type': 'application/json' },
      },
      400,
      'invalid_json',
    ],
    [
      'the schema before the session',
      { method: 'POST', url: `/session/${unknown}/prompt`, payload: {} },
      400,
      'invalid_prompt',
    ],
    [
      'the session before the client id',
      {
        method: 'POST',
        url: `/session/${unknown}/prompt`,
        payload: prompt,
        headers: { 'holdfast-client-id': 'no spaces' },
      },
      404,
      'session_not_found',
    ],
  ];
  it.each(rows)('%s', async (_name, request, status, code) => {
    const { problem, ...rest } = await refused(request, { getSessionStatus: notFound });
    expect([rest.status, problem.code, problem.status]).toEqual([status, code, status]);
  });
});

describe('a body that does not fit', () => {
  const at = (url: string, payload: unknown): InjectOptions => ({
    method: 'POST',
    url,
    payload: JSON.stringify(payload),
    headers: { 'content-type': 'application/json' },
  });
  const create = (payload: unknown) => at('/session', payload);
  const ask = (payload: unknown) => at(`/session/${sessionId}/prompt`, payload);
  const vote = (payload: unknown) => at(`/session/${sessionId}/permission/perm_1`, payload);
  const patch = (payload: unknown): InjectOptions => ({
    ...at(`/session/${sessionId}/metadata`, payload),
    method: 'PATCH',
  });
  const rows: readonly [string, InjectOptions, ErrorCode, object][] = [
    [
      'a client id of a session that is no UUID',
      create({ sessionId: 'x' }),
      'invalid_session_id',
      { path: 'sessionId', received: '"x"' },
    ],
    [
      'an unknown scope',
      create({ sessionScope: 'all' }),
      'invalid_session_scope',
      { expected: 'one of single, thread' },
    ],
    [
      'a cwd that is no text',
      create({ cwd: 7 }),
      'invalid_request',
      { path: 'cwd', expected: 'string', received: '7' },
    ],
    [
      'a cwd that is too long',
      create({ cwd: `/${'x'.repeat(4096)}` }),
      'invalid_request',
      { expected: 'at most 4096 characters' },
    ],
    ['an empty first prompt', create({ prompt: [] }), 'invalid_prompt', { received: 'an empty list' }],
    ['a body that is no object', create([]), 'invalid_request', { path: 'body', received: 'an empty list' }],
    ['null', create(null), 'invalid_request', { path: 'body', received: 'null' }],
    ['no prompt', ask({}), 'invalid_prompt', { path: 'prompt', expected: 'given', received: 'nothing' }],
    [
      'a prompt of strings',
      ask({ prompt: ['hi'] }),
      'invalid_prompt',
      { path: 'prompt[0]', expected: 'object' },
    ],
    [
      'a block without a type',
      ask({ prompt: [{ text: 'hi' }] }),
      'invalid_prompt',
      { path: 'prompt[0].type' },
    ],
    [
      'a deadline of no time',
      ask({ ...prompt, deadlineMs: 0 }),
      'invalid_deadline_ms',
      { expected: '> 0', received: '0' },
    ],
    ['a deadline in words', ask({ ...prompt, deadlineMs: '5' }), 'invalid_deadline_ms', { received: '"5"' }],
    [
      'an unknown mode',
      ask({ ...prompt, mode: 'later' }),
      'invalid_request',
      { path: 'mode', received: '"later"' },
    ],
    [
      'a control character in a name',
      patch({ displayName: 'a\u0000b' }),
      'invalid_metadata',
      { field: 'displayName' },
    ],
    [
      'a name that is too long',
      patch({ displayName: 'x'.repeat(257) }),
      'invalid_metadata',
      { field: 'displayName' },
    ],
    ['a vote without an outcome', vote({}), 'invalid_request', { path: 'outcome', received: 'nothing' }],
    [
      'a vote without its option',
      vote({ outcome: { outcome: 'selected' } }),
      'invalid_request',
      { path: 'outcome.optionId', expected: 'given' },
    ],
    [
      'a vote for nothing',
      vote({ outcome: { outcome: 'maybe' } }),
      'invalid_request',
      { expected: '"selected" or "cancelled"' },
    ],
  ];
  it.each(rows)('%s', async (_name, request, code, fields) => {
    const { status, problem } = await refused(request);
    expect(status).toBe(400);
    expect(problem).toMatchObject({ code, ...fields });
    expect(problem.error).toContain(problem.path);
  });

  it.each(['{"__proto__":{}}', '{"constructor":{"prototype":{}}}', '{"a":{"__proto__":1}}', '{', 'nonsense'])(
    'refuses %s as JSON',
    async (payload) => {
      const request = {
        method: 'POST' as const,
        url: '/session',
        payload,
        headers: { 'content-type': 'application/json' },
      };
      expect((await refused(request)).problem.code).toBe('invalid_json');
    },
  );

  it('refuses a body nested beyond reason', async () => {
    const payload = `{"_meta":${'['.repeat(300)}${']'.repeat(300)}}`;
    const request = {
      method: 'POST' as const,
      url: '/session',
      payload,
      headers: { 'content-type': 'application/json' },
    };
    expect((await refused(request)).problem.code).toBe('invalid_json');
  });

  it('refuses what is not JSON', async () => {
    const request = {
      method: 'POST' as const,
      url: '/session',
      payload: 'a=b',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    };
    const { status, problem } = await refused(request);
    expect([status, problem.code]).toEqual([415, 'unsupported_media_type']);
  });
});

describe('a request that cannot be served', () => {
  const rows: readonly [string, InjectOptions, number, ErrorCode][] = [
    ['a session that is no UUID', { url: '/session/nonsense' }, 404, 'session_not_found'],
    ['a malformed cursor', { url: `/session/${sessionId}/events?after=1x` }, 400, 'invalid_cursor'],
    ['two cursors', { url: `/session/${sessionId}/events?after=1&after=2` }, 400, 'invalid_cursor'],
    [
      'a stream as JSON',
      { url: `/session/${sessionId}/events`, headers: { accept: 'application/json' } },
      406,
      'not_acceptable',
    ],
    ['a page of no rows', { url: '/sessions?limit=0' }, 400, 'invalid_request'],
    ['a page of a word', { url: '/sessions?limit=ten' }, 400, 'invalid_request'],
    ['a filter yet to come', { url: '/sessions?q=x' }, 501, 'capability_missing'],
    [
      'a purge yet to come',
      { method: 'DELETE', url: `/session/${sessionId}?transcript=purge` },
      501,
      'capability_missing',
    ],
    [
      'a key with spaces',
      { method: 'POST', url: '/session', headers: { 'idempotency-key': 'a b' } },
      400,
      'invalid_idempotency_key',
    ],
    [
      'a key that is too long',
      { method: 'POST', url: '/session', headers: { 'idempotency-key': 'k'.repeat(256) } },
      400,
      'invalid_idempotency_key',
    ],
    [
      'a malformed client id',
      { method: 'POST', url: '/session', headers: { 'x-qwen-client-id': 'ü' } },
      400,
      'invalid_client_id',
    ],
    ['a path that is not percent-encoded', { url: '/session/%zz' }, 400, 'invalid_request'],
  ];
  it.each(rows)('%s', async (_name, request, status, code) => {
    const answer = await refused(request);
    expect([answer.status, answer.problem.code]).toEqual([status, code]);
  });

  it('names the methods of a path', async () => {
    const { status, headers } = await refused({ method: 'POST', url: `/session/${sessionId}` });
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD, DELETE']);
    const { app } = testServer({});
    const stream = await app.inject({ method: 'HEAD', url: `/session/${sessionId}/events`, headers: bearer });
    expect([stream.statusCode, stream.headers['allow']]).toEqual([405, 'GET']);
    await app.close();
  });

  it('says when to come back', async () => {
    const full = async (): Promise<never> => {
      throw new DaemonError('prompt_queue_full', 'full', { limit: 5, pendingCount: 5 });
    };
    const request = { method: 'POST' as const, url: `/session/${sessionId}/prompt`, payload: prompt };
    const { status, headers, problem } = await refused(request, { promptSession: full });
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(problem).toMatchObject({ code: 'prompt_queue_full', retryable: true, limit: 5, pendingCount: 5 });
  });

  it('keeps what an agent said of its error', async () => {
    const failing = async (): Promise<never> => {
      throw new DaemonError('agent_error', 'model is gone', { agentCode: -32603, data: { why: 'quota' } });
    };
    const { problem } = await refused({ method: 'POST', url: '/session' }, { createSession: failing });
    expect(problem).toMatchObject({
      code: 'agent_error',
      agentCode: -32603,
      data: { why: 'quota' },
      status: 502,
    });
  });

  it('tells the log of an unforeseen error, and the client nothing of it', async () => {
    const { app, lines } = testServer({
      getSessionStatus: async () => {
        throw new Error('password is hunter2');
      },
    });
    const response = await app.inject({ url: `/session/${sessionId}/status`, headers: bearer });
    expect([response.statusCode, response.json().code]).toEqual([500, 'internal']);
    expect(response.body).not.toContain('hunter2');
    expect(lines.join('')).toContain('hunter2');
    expect(lines.join('')).toContain('routes.test.ts');
    await app.close();
  });
});

describe('a request that fits', () => {
  it('hands the caller, the body and the key to the bridge', async () => {
    const promptSession = vi.fn(async () => ({ answer: accepted, isReplayed: true, release: vi.fn() }));
    const { app } = testServer({ promptSession });
    const response = await app.inject({
      method: 'POST',
      url: `/session/${sessionId.toUpperCase()}/prompt`,
      payload: { ...prompt, unknown: 1 },
      headers: { ...bearer, 'x-qwen-client-id': 'c:1', 'idempotency-key': 'k' },
    });
    expect([response.statusCode, response.headers['idempotent-replayed']]).toEqual([202, 'true']);
    expect(response.json()).toEqual(accepted);
    const caller: Caller = {
      principal: 'default',
      clientId: expect.stringMatching('^c:1$'),
      isLocal: true,
      idempotency: { key: 'k', bodyHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    };
    expect(promptSession).toHaveBeenCalledWith(sessionId, { ...prompt, unknown: 1 }, caller);
    await app.close();
  });

  it('takes a missing and an empty body for {}', async () => {
    const createSession = vi.fn(notFound);
    const { app } = testServer({ createSession });
    await app.inject({ method: 'POST', url: '/session', headers: bearer });
    await app.inject({
      method: 'POST',
      url: '/session',
      headers: { ...bearer, 'content-type': 'application/json', 'content-length': '0' },
    });
    expect(createSession.mock.calls.map(([body]: unknown[]) => body)).toEqual([{}, {}]);
    await app.close();
  });

  it('releases the turn when the answer was written, and not before', async () => {
    const release = vi.fn();
    const { app } = testServer({
      promptSession: async () => ({ answer: accepted, isReplayed: false, release }),
    });
    app.addHook('onSend', async () => expect(release).not.toHaveBeenCalled());
    await app.inject({
      method: 'POST',
      url: `/session/${sessionId}/prompt`,
      payload: prompt,
      headers: bearer,
    });
    expect(release).toHaveBeenCalled();
    await app.close();
  });

  it('lets everyone detach, whatever they call themselves and whatever from', async () => {
    const { app } = testServer({ detach: async () => {} });
    for (const url of [`/session/${sessionId}/detach`, '/session/nonsense/detach']) {
      const response = await app.inject({
        method: 'POST',
        url,
        headers: { ...bearer, 'holdfast-client-id': 'ü' },
      });
      expect([response.statusCode, response.body]).toEqual([204, '']);
    }
    await app.close();
  });

  it('reads a workspace path of any length as one segment', async () => {
    const listWorkspaceSessions = vi.fn(async () => ({ sessions: [], total: 0, indexSeq: 0 }));
    const { app } = testServer({ listWorkspaceSessions });
    const cwd = `/work/${'deep/'.repeat(400)}end`;
    const url = `/workspace/${encodeURIComponent(cwd)}/sessions?size=9999`;
    const response = await app.inject({ url, headers: bearer });
    expect(response.json()).toEqual({ sessions: [] });
    expect(listWorkspaceSessions).toHaveBeenCalledWith(cwd, { size: 200, cursor: undefined });
    await app.close();
  });

  it('needs no token where there is none, and calls everyone local', async () => {
    const heartbeat = vi.fn(async () => ({ sessionId, lastSeenAt: 1 }));
    const { app } = testServer({ heartbeat }, { auth: null });
    await app.inject({ method: 'POST', url: `/session/${sessionId}/heartbeat` });
    expect(heartbeat).toHaveBeenCalledWith(sessionId, expect.objectContaining({ principal: 'local' }));
    await app.close();
  });

  it('logs one line a request, without token and query', async () => {
    const { app, lines } = testServer({});
    await app.inject({ url: '/capabilities?x=secret', headers: bearer });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 20,
      method: 'GET',
      path: '/capabilities',
      status: 200,
    });
    expect(lines.join('')).not.toContain('secret');
    await app.close();
  });
});

describe('what the daemon says of itself', () => {
  it('is public for probes and the document, with a reason when something is wrong', async () => {
    const { app } = testServer({ readiness: () => ({ isReady: false, reason: 'journal is full' }) });
    const answers = await Promise.all(
      ['/health', '/livez', '/readyz', '/openapi.json'].map((url) => app.inject(url)),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([503, 200, 503, 200]);
    expect(answers[0]?.json()).toEqual({ status: 'degraded', reason: 'journal is full' });
    await app.close();
  });

  it('counts in depth when asked', async () => {
    const { app } = testServer({});
    expect((await app.inject('/health')).json()).toEqual({ status: 'ok' });
    expect((await app.inject('/health?deep=1')).json()).toEqual({
      status: 'ok',
      sessions: 0,
      pendingPermissions: 0,
      activePrompts: 0,
      connectedClients: 0,
      uptimeMs: expect.any(Number),
    });
    await app.close();
  });

  it('describes every operation it serves, and nothing else', async () => {
    const { app } = testServer({});
    const document = (await app.inject('/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    const described = Object.entries<Record<string, { operationId: string }>>(document.paths).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(([method, { operationId }]) => [operationId, method, path]),
    );
    const declared = Object.values(operations).map(({ name, method, path }) => [
      name,
      method.toLowerCase(),
      path.replace(/:(\w+)/g, '{$1}'),
    ]);
    expect(described.sort()).toEqual(declared.sort());
    await app.close();
  });

  it('promises only what it serves', async () => {
    const open = testServer({}, { auth: null });
    const shut = testServer({}, { allowedOrigins: ['https://app.example'] });
    const features = async ({ app }: typeof open): Promise<string[]> =>
      (await app.inject({ url: '/capabilities', headers: bearer })).json().features;
    const [of, sf] = [await features(open), await features(shut)];
    for (const { tag } of Object.values(operations)) expect(of).toContain(tag);
    expect(of).toEqual([...of].sort());
    expect(of).not.toContain('session_load');
    expect(sf.filter((tag) => !of.includes(tag))).toEqual(['allow_origin', 'require_auth']);
    await open.app.close();
    await shut.app.close();
  });
});

describe('a page of another origin', () => {
  const own = { allowedOrigins: ['https://app.example'] };
  const from = (origin: string) => ({ ...bearer, host: 'localhost:4170', origin });

  it('is let in when it is listed, and may read our headers', async () => {
    const { app } = testServer({}, own);
    const response = await app.inject({ url: '/capabilities', headers: from('https://app.example') });
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-expose-headers': expect.stringContaining('X-Request-Id'),
      vary: 'Origin',
    });
    await app.close();
  });

  it('is answered its preflight without a token', async () => {
    const { app } = testServer({}, own);
    const response = await app.inject({
      method: 'OPTIONS',
      url: '/session',
      headers: {
        host: 'localhost',
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type, Holdfast-Client-Id',
      },
    });
    expect([response.statusCode, response.body]).toEqual([204, '']);
    expect(response.headers).toMatchObject({
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': expect.stringContaining('holdfast-client-id'),
      'access-control-max-age': '86400',
    });
    await app.close();
  });

  it.each([
    ['http://localhost:4170', 200],
    ['http://localhost:5173', 403],
    ['https://app.example.evil', 403],
    ['null', 403],
  ])('from %s gets %d', async (origin, status) => {
    const { app } = testServer({}, own);
    expect((await app.inject({ url: '/capabilities', headers: from(origin) })).statusCode).toBe(status);
    await app.close();
  });

  it('can read a refusal it caused', async () => {
    const { app } = testServer({}, own);
    const headers = { ...from('https://app.example'), authorization: '' };
    const response = await app.inject({ url: '/capabilities', headers });
    expect(response.json()).toMatchObject({ error: 'Unauthorized', code: 'unauthorized' });
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'www-authenticate': 'Bearer',
    });
    await app.close();
  });
});
