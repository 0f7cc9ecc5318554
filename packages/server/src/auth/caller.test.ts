import { DaemonError, sessionIdFrom } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { jsonRequest, refused } from '../testing/refused.ts';

const sessionId = sessionIdFrom('11111111-1111-4111-8111-111111111111');

const closed = async (): Promise<never> => {
  throw new DaemonError('session_not_found', 'it is closed', { sessionId, state: 'closed' });
};

/** A request of a client that calls itself what nobody can, to a session that is closed. */
const malformed = (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: object) => {
  const request = { ...jsonRequest('POST', `/session/${sessionId}${path}`, body), method };
  const headers = { ...request.headers, 'x-qwen-client-id': 'not an id' };
  return refused(
    { ...request, headers },
    { describeSession: async () => ({}) as never, getSessionStatus: closed },
  );
};

describe('a malformed client id, to a closed session', () => {
  it.each([
    ['POST', '/load', {}],
    ['POST', '/resume', {}],
    ['POST', '/branch', {}],
    ['POST', '/reset', { reason: 'reset', queue: 'keep' }],
    ['POST', '/trim', { keepTurns: 1 }],
    ['POST', '/abort', {}],
    ['POST', '/checkpoints', {}],
    ['POST', '/checkpoints/cp_1/branch', {}],
    ['POST', '/checkpoints/cp_1/restore', {}],
    ['PATCH', '', {}],
    ['PATCH', '/metadata', {}],
    ['PUT', '/extensions/mine', { content: 1 }],
    ['DELETE', '', {}],
    ['DELETE', '/extensions/mine', {}],
  ] as const)('is what is wrong where that may be closed: %s %s', async (method, path, body) => {
    const { status, problem } = await malformed(method, path, body);
    expect([status, problem.code]).toEqual([400, 'invalid_client_id']);
  });

  it.each([
    ['POST', '/prompt', { prompt: [{ type: 'text', text: 'hi' }] }],
    ['POST', '/steer', { prompt: [{ type: 'text', text: 'hi' }] }],
    ['POST', '/cancel', {}],
    ['POST', '/heartbeat', {}],
    ['POST', '/model', { modelId: 'deep' }],
    ['POST', '/mode', { modeId: 'plan' }],
    ['POST', '/compact', { strategy: 'handoff' }],
    ['DELETE', '/pending-prompts/prompt_1', {}],
  ] as const)('is not, where the session has to be open: %s %s', async (method, path, body) => {
    const { status, problem } = await malformed(method, path, body);
    expect([status, problem.code, problem.state]).toEqual([404, 'session_not_found', 'closed']);
  });
});
