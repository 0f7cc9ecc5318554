import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test, vi } from 'vitest';
import { cut, sendJson, startScriptedDaemon } from '../test/scripted-daemon.ts';
import { manualRuntime, testRuntime } from '../test/test-runtime.ts';
import { HoldfastClient, type HoldfastClientOptions } from './client.ts';

const sessionOf = ({ baseUrl }: { baseUrl: string }, options: Partial<HoldfastClientOptions> = {}) =>
  new HoldfastClient({ baseUrl, runtime: testRuntime(), ...options }).session('s');

function begin(response: ServerResponse, mediaType = 'application/x-ndjson; charset=utf-8'): ServerResponse {
  response.writeHead(200, { 'content-type': mediaType });
  response.write('first\n');
  return response;
}

test('a session is exported piece by piece as the daemon sends it', async () => {
  await using daemon = await startScriptedDaemon((_, response) => begin(response).end('lást\n'));
  const { fileName, mediaType, body } = await sessionOf(daemon).export();
  expect([fileName, mediaType]).toEqual(['session-s.jsonl', 'application/x-ndjson']);
  expect(await new Response(body).text()).toBe('first\nlást\n');
  expect(daemon.received[0]?.url).toBe('/session/s/export?format=jsonl');
});

test('a refused export says why before anything is read', async () => {
  await using daemon = await startScriptedDaemon((_, response) =>
    sendJson(response, 404, { code: 'session_not_found' }),
  );
  await expect(sessionOf(daemon).export({ format: 'md' })).rejects.toMatchObject({
    code: 'session_not_found',
  });
});

test('a page of a proxy is not taken for an export', async () => {
  await using daemon = await startScriptedDaemon((_, response) => begin(response, 'text/html').end());
  await expect(sessionOf(daemon).export()).rejects.toMatchObject({ code: 'unreadable_answer' });
});

test('an export that breaks off is an error, not an end', async () => {
  await using daemon = await startScriptedDaemon((_, response) => {
    begin(response);
    setImmediate(() => cut(response));
  });
  const { body } = await sessionOf(daemon).export();
  await expect(new Response(body).text()).rejects.toMatchObject({ code: 'stream_ended', isRetryable: true });
});

test('an export in which nothing more comes ends at the deadline of a call', async () => {
  const runtime = manualRuntime();
  await using daemon = await startScriptedDaemon((_, response) => void begin(response));
  const { body } = await sessionOf(daemon, { runtime, timeoutMs: 500 }).export();
  const reader = body.getReader();
  await reader.read();
  const next = reader.read();
  const refused = expect(next).rejects.toMatchObject({ code: 'timeout' });
  // One wait for the head, one for each read.
  await vi.waitFor(() => expect(runtime.waitsMs).toEqual([500, 500, 500]));
  runtime.fire();
  await refused;
});

test('the signal ends an export at any time, with its own reason', async () => {
  await using daemon = await startScriptedDaemon((_, response) => void begin(response));
  const leave = new AbortController();
  const { body } = await sessionOf(daemon).export({ signal: leave.signal });
  const reader = body.getReader();
  await reader.read();
  const next = reader.read();
  leave.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
  await expect(sessionOf(daemon).export({ signal: leave.signal })).rejects.toThrow('enough');
});

test('leaving an export ends the request', async () => {
  let response: ServerResponse | undefined;
  await using daemon = await startScriptedDaemon((_, opened) => {
    response = begin(opened);
  });
  const { body } = await sessionOf(daemon).export();
  for await (const piece of body) {
    expect(new TextDecoder().decode(piece)).toBe('first\n');
    break;
  }
  if (response !== undefined && !response.closed) await once(response, 'close');
  expect(response?.writableFinished).toBe(false);
});
