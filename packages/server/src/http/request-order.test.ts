import { DaemonError, type ErrorCode, sessionIdFrom } from '@holdfast/protocol';
import type { InjectOptions } from 'fastify';
import { describe, expect, it } from 'vitest';
import { refused } from '../testing/refused.ts';

const unknown = '22222222-2222-4222-8222-222222222222';
const sessionId = sessionIdFrom('11111111-1111-4111-8111-111111111111');
const prompt = { prompt: [{ type: 'text', text: 'hi' }] };

const notFound = async (): Promise<never> => {
  throw new DaemonError('session_not_found', `no session ${unknown}`, { sessionId: unknown });
};

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
