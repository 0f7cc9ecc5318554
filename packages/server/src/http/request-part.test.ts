import { type ErrorCode, sessionIdFrom } from '@holdfast/protocol';
import type { InjectOptions } from 'fastify';
import { describe, expect, it } from 'vitest';
import { jsonRequest, refused } from '../testing/refused.ts';

const sessionId = sessionIdFrom('11111111-1111-4111-8111-111111111111');
const prompt = { prompt: [{ type: 'text', text: 'hi' }] };

describe('a body that does not fit', () => {
  const create = (payload: unknown) => jsonRequest('POST', '/session', payload);
  const ask = (payload: unknown) => jsonRequest('POST', `/session/${sessionId}/prompt`, payload);
  const vote = (payload: unknown) => jsonRequest('POST', `/session/${sessionId}/permission/perm_1`, payload);
  const patch = (payload: unknown) => jsonRequest('PATCH', `/session/${sessionId}/metadata`, payload);
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
      const request = jsonRequest('POST', '/session', payload);
      expect((await refused(request)).problem.code).toBe('invalid_json');
    },
  );

  it('refuses a body nested beyond reason', async () => {
    const payload = `{"_meta":${'['.repeat(300)}${']'.repeat(300)}}`;
    const request = jsonRequest('POST', '/session', payload);
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
