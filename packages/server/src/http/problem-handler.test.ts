import { DaemonError, type ErrorCode, sessionIdFrom } from '@holdfast/protocol';
import type { InjectOptions } from 'fastify';
import { describe, expect, it } from 'vitest';
import { bearer, refused } from '../testing/refused.ts';
import { testServer } from '../testing/test-server.ts';

const sessionId = sessionIdFrom('11111111-1111-4111-8111-111111111111');
const prompt = { prompt: [{ type: 'text', text: 'hi' }] };

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
    [
      'a fate of the transcript that there is not',
      { method: 'DELETE', url: `/session/${sessionId}?transcript=burn` },
      400,
      'invalid_request',
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
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD, PATCH, DELETE']);
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
    expect(lines.join('')).toContain('problem-handler.test.ts');
    await app.close();
  });
});
