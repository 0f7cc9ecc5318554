import type { Caller, Delivery } from '@holdfast/bridge';
import { type BranchedSession, type RestoredSession, sessionIdFrom } from '@holdfast/protocol';
import { describe, expect, it, vi } from 'vitest';
import { bearer, jsonRequest, refused } from '../testing/refused.ts';
import { testServer } from '../testing/test-server.ts';

const sessionId = sessionIdFrom('11111111-1111-4111-8111-111111111111');
// Only that it is sent as it came matters here.
const restored = { sessionId, context: 'native', lastEventId: 0 } as unknown as RestoredSession;
const branched = { ...restored, displayName: 'X (Branch)' } as BranchedSession;
const delivery = <Answer>(answer: Answer, isReplayed = false): Delivery<Answer> => ({
  answer,
  isReplayed,
  abandon: async () => {},
});

describe('a session that is asked back', () => {
  it.each(['load', 'resume'] as const)(
    'by %s is answered with 200 and what the bridge says',
    async (action) => {
      const restore = vi.fn(async (..._: unknown[]) => delivery(restored));
      const { app } = testServer({ [`${action}Session`]: restore });
      const url = `/session/${sessionId.toUpperCase()}/${action}`;
      const request = jsonRequest('POST', url, { cwd: '/work', historyPageSize: 20 });
      const response = await app.inject({ ...request, headers: { ...bearer, ...request.headers } });
      expect([response.statusCode, response.json()]).toEqual([200, restored]);
      const [askedFor, body] = restore.mock.calls[0] ?? [];
      expect(askedFor).toBe(sessionId);
      expect(body).toMatchObject({ cwd: '/work' });
      await app.close();
    },
  );

  it('needs no body', async () => {
    const { app } = testServer({ loadSession: async () => delivery(restored) });
    const url = `/session/${sessionId}/load`;
    expect((await app.inject({ method: 'POST', url, headers: bearer })).statusCode).toBe(200);
    await app.close();
  });
});

describe('a branch', () => {
  it('is answered with 201, and says when the answer is an earlier one', async () => {
    const callers: Caller[] = [];
    const { app } = testServer({
      branchSession: async (_sessionId, _body, caller) => {
        callers.push(caller);
        return delivery(branched, true);
      },
    });
    const request = jsonRequest('POST', `/session/${sessionId}/branch`, { name: 'X' });
    const response = await app.inject({
      ...request,
      headers: { ...bearer, ...request.headers, 'idempotency-key': 'k' },
    });
    expect([response.statusCode, response.json()]).toEqual([201, branched]);
    expect(response.headers['idempotent-replayed']).toBe('true');
    expect(callers[0]?.idempotency?.key).toBe('k');
    await app.close();
  });

  it.each([
    ['atEventId', -1],
    ['onBusy', 'maybe'],
    ['name', 7],
  ])('with a bad %s is refused before the bridge hears of it', async (member, value) => {
    const request = jsonRequest('POST', `/session/${sessionId}/branch`, { [member]: value });
    const { status, problem } = await refused(request);
    expect([status, problem.code, problem.path]).toEqual([400, 'invalid_request', member]);
  });
});
