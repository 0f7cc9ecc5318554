import type { Bridge } from '@holdfast/bridge';
import type { InjectOptions } from 'fastify';
import { expect } from 'vitest';
import { testServer } from './test-server.ts';

/** The header that opens a test server. */
export const bearer = { authorization: 'Bearer secret' };

/** A request with this body, as JSON. */
export const jsonRequest = (method: 'POST' | 'PATCH', url: string, payload: unknown): InjectOptions => ({
  method,
  url,
  payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  headers: { 'content-type': 'application/json' },
});

/** Sends a request with the token, and expects a problem. */
export async function refused(
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
