import type { Caller } from '@holdfast/bridge';
import { DaemonError, promptIdFrom, sessionIdFrom } from '@holdfast/protocol';
import { describe, expect, it, vi } from 'vitest';
import { bearer } from '../testing/refused.ts';
import { testServer } from '../testing/test-server.ts';

const sessionId = sessionIdFrom('11111111-1111-4111-8111-111111111111');
const prompt = { prompt: [{ type: 'text', text: 'hi' }] };
const accepted = {
  promptId: promptIdFrom('p'),
  lastEventId: 3,
  eventEpoch: 'e',
  state: 'started' as const,
  position: 0,
};

const notFound = async (): Promise<never> => {
  throw new DaemonError('session_not_found', `no session ${sessionId}`, { sessionId });
};

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
    expect(listWorkspaceSessions).toHaveBeenCalledWith(cwd, {
      size: 200,
      cursor: undefined,
      isArchived: false,
    });
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
