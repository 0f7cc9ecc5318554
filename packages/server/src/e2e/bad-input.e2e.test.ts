import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daemon, DaemonLab } from './testing/daemon-lab.ts';
import { openFilesOf } from './testing/process-census.ts';
import { type RawRequest, rawRequest } from './testing/raw-request.ts';

let lab: DaemonLab;
let daemon: Daemon;
let sessionId: string;
const unknownId = '00000000-0000-4000-8000-000000000000';

beforeAll(async () => {
  lab = new DaemonLab();
  const outside = join(lab.sandbox.folder, 'outside');
  mkdirSync(outside);
  symlinkSync(outside, join(lab.workspace, 'way-out'));
  writeFileSync(join(lab.workspace, 'file'), '');
  daemon = await lab.serve(['--body-limit-bytes', '20000']);
  const session = await lab.session(daemon);
  ({ sessionId } = session);
});
afterAll(() => lab.close());

interface Refusal extends RawRequest {
  readonly status: number;
  readonly code: string;
  /** What the message says beside the fault: what to do about it, or what was expected. */
  readonly says: string | RegExp;
}

const create = (body: unknown): Pick<RawRequest, 'path' | 'body'> => ({
  path: '/session',
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const prompt = (body: unknown, id?: string): Pick<RawRequest, 'path' | 'body'> => ({
  path: `/session/${id ?? '{id}'}/prompt`,
  body: JSON.stringify(body),
});
const text = (value: string) => ({ prompt: [{ type: 'text', text: value }] });

const refusals: Readonly<Record<string, Refusal>> = {
  'an unknown agent': {
    ...create({ agent: 'nobody' }),
    status: 404,
    code: 'agent_not_found',
    says: /demo/,
  },
  'a cwd that does not exist': {
    ...create({ cwd: '{work}/nothing-here' }),
    status: 400,
    code: 'invalid_cwd',
    says: 'name an existing directory',
  },
  'a cwd that is a file': {
    ...create({ cwd: '{work}/file' }),
    status: 400,
    code: 'invalid_cwd',
    says: 'name an existing directory',
  },
  'a relative cwd': { ...create({ cwd: 'work' }), status: 400, code: 'invalid_cwd', says: 'absolute path' },
  'a cwd outside the workspaces': {
    ...create({ cwd: '/usr' }),
    status: 400,
    code: 'workspace_mismatch',
    says: '--workspace',
  },
  'a cwd that leaves the workspace by dots': {
    ...create({ cwd: '{work}/..' }),
    status: 400,
    code: 'workspace_mismatch',
    says: '--workspace',
  },
  'a cwd that leaves the workspace through a symlink': {
    ...create({ cwd: '{work}/way-out' }),
    status: 400,
    code: 'workspace_mismatch',
    says: '--workspace',
  },
  'a session id that is no UUID': {
    ...create({ sessionId: '../../etc' }),
    status: 400,
    code: 'invalid_session_id',
    says: /form/,
  },
  'a scope that fits no other field': {
    ...create({ sessionScope: 'single', sessionId: unknownId }),
    status: 400,
    code: 'invalid_session_scope',
    says: /thread|leave/,
  },
  'malformed JSON': { ...create('{"cwd": '), status: 400, code: 'invalid_json', says: /end of JSON/ },
  'a body that is no object': { ...create('[]'), status: 400, code: 'invalid_request', says: 'object' },
  '__proto__ in a body': {
    ...create('{"__proto__": {"agent": "demo"}}'),
    status: 400,
    code: 'invalid_json',
    says: /"__proto__".*leave/,
  },
  'constructor.prototype in a body': {
    ...create('{"constructor": {"prototype": {"x": 1}}}'),
    status: 400,
    code: 'invalid_json',
    says: /"__proto__".*leave/,
  },
  'a body that is too large': {
    ...prompt(text('x'.repeat(30_000))),
    status: 413,
    code: 'body_too_large',
    says: 'see limits in /capabilities',
  },
  'a body that is no JSON': {
    ...create({}),
    headers: { 'content-type': 'text/plain' },
    status: 415,
    code: 'unsupported_media_type',
    says: /json/i,
  },
  'a wrong token': {
    ...create({ agent: 'nobody' }),
    headers: { authorization: 'Bearer wrong' },
    status: 401,
    code: 'unauthorized',
    says: '',
  },
  'no token, on a route that does not exist': {
    method: 'GET',
    path: '/nowhere',
    headers: { authorization: '' },
    status: 401,
    code: 'unauthorized',
    says: '',
  },
  'a foreign Origin': {
    ...create({}),
    headers: { origin: 'https://evil.example' },
    status: 403,
    code: 'origin_forbidden',
    says: '--allow-origin',
  },
  'a foreign Host, before the token is looked at': {
    ...create({}),
    headers: { host: 'evil.example', authorization: 'Bearer wrong' },
    status: 403,
    code: 'host_forbidden',
    says: '--allow-host',
  },
  'a malformed client id': {
    ...create({}),
    headers: { 'holdfast-client-id': 'a b' },
    status: 400,
    code: 'invalid_client_id',
    says: /A-Za-z0-9|character|form/,
  },
  'a client id nobody registered': {
    ...prompt(text('/say no')),
    headers: { 'holdfast-client-id': 'stranger' },
    status: 400,
    code: 'invalid_client_id',
    says: /attach|register|create/,
  },
  'an idempotency key that is too long': {
    ...create({}),
    headers: { 'idempotency-key': 'k'.repeat(2_000) },
    status: 400,
    code: 'invalid_idempotency_key',
    says: /character|long/,
  },
  'an unknown session': {
    ...prompt(text('hi'), unknownId),
    status: 404,
    code: 'session_not_found',
    says: unknownId,
  },
  'a session id that cannot be': {
    ...prompt(text('hi'), '..%2f..%2fetc'),
    status: 404,
    code: 'session_not_found',
    says: '',
  },
  'an empty prompt': { ...prompt({ prompt: [] }), status: 400, code: 'invalid_prompt', says: 'at least 1' },
  'a prompt of no known form': {
    ...prompt({ prompt: 'hi' }),
    status: 400,
    code: 'invalid_prompt',
    says: 'array',
  },
  'a deadline that is none': {
    ...prompt({ ...text('hi'), deadlineMs: 0 }),
    status: 400,
    code: 'invalid_deadline_ms',
    says: '> 0',
  },
  'an unknown route': { method: 'GET', path: '/nowhere', status: 404, code: 'not_found', says: '/nowhere' },
  'a wrong method': {
    method: 'PUT',
    path: '/session',
    status: 405,
    code: 'method_not_allowed',
    says: 'POST',
  },
  'a malformed cursor': {
    method: 'GET',
    path: '/session/{id}/events?after=-1',
    status: 400,
    code: 'invalid_cursor',
    says: 'must be an event id',
  },
};

const filledIn = (value: string) => value.replaceAll('{id}', sessionId).replaceAll('{work}', lab.workspace);

describe('is refused with its code and a remedy, and leaves nothing behind:', () => {
  test.each(Object.entries(refusals))('%s', async (_, { status, code, says, ...sent }) => {
    const { body } = sent;
    const answer = await rawRequest(daemon.ready.url, {
      ...sent,
      path: filledIn(sent.path),
      body: body === undefined ? undefined : filledIn(body),
      headers: { authorization: `Bearer ${daemon.token()}`, ...sent.headers },
    });
    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': expect.stringContaining('application/problem+json') },
      body: { code, error: expect.any(String), title: expect.any(String), status },
    });
    expect(String(answer.body['error'])).toMatch(says);
    if (status === 405) expect(answer.headers['allow']).toContain('POST');
  });

  test('one session, the one there was, and no second agent process', async () => {
    const { sessions } = await lab.client(daemon).listSessions();
    expect(sessions.map((row) => row.sessionId)).toEqual([sessionId]);
    expect(await lab.client(daemon).health({ deep: true })).toMatchObject({ sessions: 1, activePrompts: 0 });
    expect(lab.descendants()).toHaveLength(1);
    expect(lab.prompts()).toEqual([]);
    expect(openFilesOf(daemon.pid)).toBeLessThan(60);
  });
});

test('keys a published client sends and we do not know are ignored', async () => {
  const answer = await rawRequest(daemon.ready.url, {
    ...create({ sessionScope: 'single', someday: { a: 1 } }),
    headers: { authorization: `bEaReR ${daemon.token()}` },
  });
  expect(answer).toMatchObject({ status: 200, body: { agent: 'demo' } });
});
