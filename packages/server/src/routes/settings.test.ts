import { sessionIdFrom } from '@holdfast/protocol';
import { describe, expect, it, vi } from 'vitest';
import { bearer, jsonRequest, refused } from '../testing/refused.ts';
import { testServer } from '../testing/test-server.ts';

const sessionId = sessionIdFrom('11111111-1111-4111-8111-111111111111');

describe('a choice', () => {
  it.each([
    ['model', { modelId: 'deep' }, { modelId: 'deep' }],
    ['mode', { modeId: 'plan' }, { modeId: 'plan', previous: 'ask' }],
    ['approval-mode', { mode: 'plan' }, { sessionId, mode: 'plan', previous: 'ask', persisted: false }],
  ])('of %s is passed on and answered in the shape of its route', async (path, body, answer) => {
    const setSessionModel = vi.fn(async () => {});
    const setSessionMode = vi.fn(async () => ({ previous: 'ask' }));
    const { app } = testServer({ setSessionModel, setSessionMode });
    const request = jsonRequest('POST', `/session/${sessionId}/${path}`, body);
    const response = await app.inject({ ...request, headers: { ...bearer, ...request.headers } });
    expect([response.statusCode, response.json()]).toEqual([200, answer]);
    const called = path === 'model' ? setSessionModel : setSessionMode;
    expect(called).toHaveBeenCalledWith(sessionId, Object.values(body)[0], expect.anything());
    await app.close();
  });

  it.each([
    ['model', 'invalid_request'],
    ['mode', 'invalid_mode'],
    ['approval-mode', 'invalid_mode'],
  ])('of no %s is refused as %s', async (path, code) => {
    const { status, problem } = await refused(jsonRequest('POST', `/session/${sessionId}/${path}`, {}));
    expect([status, problem.code]).toEqual([400, code]);
  });
});

describe('the queue', () => {
  it('loses the prompt that is named', async () => {
    const removePendingPrompt = vi.fn(async () => ({ removed: true }));
    const { app } = testServer({ removePendingPrompt });
    const url = `/session/${sessionId}/pending-prompts/prompt_1`;
    const response = await app.inject({ method: 'DELETE', url, headers: bearer });
    expect([response.statusCode, response.json()]).toEqual([200, { removed: true }]);
    expect(removePendingPrompt).toHaveBeenCalledWith(sessionId, 'prompt_1', expect.anything());
    await app.close();
  });
});

describe('a page of the transcript', () => {
  it('is asked for as the query says', async () => {
    const page = { v: 1 as const, sessionId, events: [], hasMore: false };
    const getTranscript = vi.fn(async () => page);
    const { app } = testServer({ getTranscript });
    const url = `/session/${sessionId}/transcript?limit=3&direction=backward&compactedReplayMode=full`;
    const response = await app.inject({ url, headers: bearer });
    expect([response.statusCode, response.json()]).toEqual([200, page]);
    expect(getTranscript).toHaveBeenCalledWith(
      sessionId,
      expect.objectContaining({ limit: '3', direction: 'backward' }),
    );
    await app.close();
  });
});
