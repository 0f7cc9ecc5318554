import { expect, test } from 'vitest';
import { cut, sendJson, startScriptedDaemon } from '../test/scripted-daemon.ts';
import { testRuntime } from '../test/test-runtime.ts';
import { HoldfastClient } from './client.ts';

const clientOf = ({ baseUrl }: { baseUrl: string }) =>
  new HoldfastClient({ baseUrl, runtime: testRuntime() });

test('what is asked of several sessions goes to its route with what it says', async () => {
  await using daemon = await startScriptedDaemon((_, response) => sendJson(response, 200, {}));
  const client = clientOf(daemon);
  await client.previewSessions(['a', 'b'], { limit: 3, maxChars: 50 });
  await client.resolveSession({ alias: 'my plan/1' });
  await client.searchSessions({ q: '"exact" & half', limit: 5 });
  await client.planCleanup({ olderThanMs: 1, action: 'purge', protect: ['a'] });
  await client.applyCleanup('plan/1');
  await client.session('s').messages({ before: '9', limit: 2, generation: 'all', view: 'raw' });
  expect(daemon.received.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['POST', '/sessions/preview', '{"limit":3,"maxChars":50,"sessionIds":["a","b"]}'],
    ['GET', '/sessions/resolve?alias=my+plan%2F1', ''],
    ['GET', '/sessions/search?q=%22exact%22+%26+half&limit=5', ''],
    ['POST', '/sessions/cleanup', '{"olderThanMs":1,"action":"purge","protect":["a"]}'],
    ['POST', '/sessions/cleanup/plan%2F1/apply', '{}'],
    ['GET', '/session/s/messages?before=9&limit=2&generation=all&view=raw', ''],
  ]);
});

test('a file is imported as it is, with a key, and sent again where the daemon was too busy', async () => {
  await using daemon = await startScriptedDaemon((_, response, index) => {
    if (index === 0) sendJson(response, 503, { code: 'shutting_down', retryable: true });
    else sendJson(response, 201, { sessionId: 'copy', events: 2 });
  });
  const lines = '{"ü":1}\n{"🚀":2}\n';
  expect(await clientOf(daemon).importSession(lines, { cwd: '/w' })).toMatchObject({ sessionId: 'copy' });
  const [first, second] = daemon.received;
  expect(second).toMatchObject({
    url: '/sessions/import?cwd=%2Fw',
    body: lines,
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
});

test.each<[string, () => Uint8Array | Blob | ReadableStream<Uint8Array>]>([
  ['bytes', () => new TextEncoder().encode('line\n')],
  ['a blob', () => new Blob(['line\n'])],
  ['a stream', () => new Blob(['line\n']).stream()],
])('%s can be imported', async (_, file) => {
  await using daemon = await startScriptedDaemon((_, response) => sendJson(response, 201, {}));
  await clientOf(daemon).importSession(file());
  expect(daemon.received.map(({ body }) => body)).toEqual(['line\n']);
});

test('a stream is sent once, whatever becomes of it', async () => {
  await using daemon = await startScriptedDaemon((_, response) => cut(response));
  const stream = new Blob(['line\n']).stream();
  await expect(clientOf(daemon).importSession(stream)).rejects.toMatchObject({ code: 'unreachable' });
  expect(daemon.received).toHaveLength(1);
});
