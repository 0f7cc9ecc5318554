import { connect, type Socket } from 'node:net';
import type { Delivery } from '@holdfast/bridge';
import { type CreatedSession, promptIdFrom, sessionIdFrom } from '@holdfast/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { HoldfastServer } from '../create-server.ts';
import { testServer } from '../testing/test-server.ts';

const sessionId = sessionIdFrom('11111111-1111-4111-8111-111111111111');
// Only that it is sent matters here.
const created = { sessionId } as unknown as CreatedSession;
const accepted = {
  promptId: promptIdFrom('p'),
  lastEventId: 0,
  eventEpoch: 'e',
  state: 'started' as const,
  position: 0,
};

let server: HoldfastServer | undefined;
afterEach(() => server?.close());

async function dial(answers: Parameters<typeof testServer>[0], options?: Parameters<typeof testServer>[1]) {
  server = testServer(answers, options);
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), '127.0.0.1');
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes;
  });
  socket.on('error', () => {});
  return { socket, text: () => text };
}

function post(socket: Socket, path: string, body: unknown, headers: readonly string[] = []): void {
  const json = JSON.stringify(body);
  const head = [
    'host: localhost',
    'authorization: bearer secret',
    'content-type: application/json',
    ...headers,
  ];
  socket.write(
    `POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\ncontent-length: ${json.length}\r\n\r\n${json}`,
  );
}

describe('an answer that matters', () => {
  it('is abandoned when the client left before it was there', async () => {
    const abandon = vi.fn(async () => {});
    let answer = (_delivery: Delivery<CreatedSession>) => {};
    const createSession = vi.fn(() => new Promise<Delivery<CreatedSession>>((resolve) => (answer = resolve)));
    const { socket } = await dial({ createSession });
    const gone = new Promise((resolve) =>
      server?.app.server.once('connection', (accepted) => accepted.once('close', resolve)),
    );
    post(socket, '/session', {});
    await vi.waitUntil(() => createSession.mock.calls.length === 1);
    socket.destroy();
    await gone;
    answer({ answer: created, isReplayed: false, abandon });
    await vi.waitUntil(() => abandon.mock.calls.length === 1);
  });

  it('is not abandoned when it was written, though the client leaves at once', async () => {
    const abandon = vi.fn(async () => {});
    const createSession = async () => ({ answer: created, isReplayed: false, abandon });
    const { socket, text } = await dial({ createSession });
    post(socket, '/session', {});
    await vi.waitUntil(() => text().includes(sessionId));
    socket.destroy();
    await server?.close();
    expect(abandon).not.toHaveBeenCalled();
  });

  it('releases a turn whose client left before the 202', async () => {
    const release = vi.fn();
    let answer = () => {};
    const promptSession = vi.fn(async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      return { answer: accepted, isReplayed: false, release };
    });
    const { socket } = await dial({ promptSession });
    post(socket, `/session/${sessionId}/prompt`, { prompt: [{ type: 'text', text: 'x' }] });
    await vi.waitUntil(() => promptSession.mock.calls.length === 1);
    socket.destroy();
    await vi.waitUntil(() => socket.closed);
    answer();
    await vi.waitUntil(() => release.mock.calls.length > 0);
  });

  it('releases a turn once its 202 is written, for a published client with a head start', async () => {
    const release = vi.fn();
    const promptSession = async () => ({ answer: accepted, isReplayed: false, release });
    const { socket, text } = await dial({ promptSession });
    const path = `/session/${sessionId}/prompt`;
    const prompt = { prompt: [{ type: 'text', text: 'x' }] };
    const answers = () => text().split('HTTP/1.1 202').length - 1;
    post(socket, path, prompt);
    await vi.waitUntil(() => answers() === 1 && release.mock.calls.length === 1);
    post(socket, path, prompt, ['x-qwen-client-id: client_1']);
    await vi.waitUntil(() => answers() === 2 && release.mock.calls.length === 2);
    expect(release.mock.calls).toEqual([[0], [100]]);
  });
});

describe('a connection', () => {
  it('that does not speak HTTP hears so as a problem', async () => {
    const { socket, text } = await dial({});
    socket.write('HELLO\r\n\r\n');
    await vi.waitUntil(() => socket.closed);
    expect(text()).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(text()).toContain('x-request-id: ');
    expect(JSON.parse(text().split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'invalid_request' });
  });

  it('without Host, or with a foreign one, gets nowhere', async () => {
    const { socket, text } = await dial({});
    socket.write('GET /health HTTP/1.1\r\nhost: rebound.example:4170\r\n\r\n');
    await vi.waitUntil(() => text().includes('host_forbidden'));
    socket.write('GET /health HTTP/1.0\r\n\r\n');
    await vi.waitUntil(() => socket.closed);
    expect(text().match(/host_forbidden/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('is not waited for beyond the grace when the server closes in mid-answer', async () => {
    const heartbeat = vi.fn(() => new Promise<never>(() => {}));
    const due: (() => void)[] = [];
    const clock = {
      now: () => 0,
      elapsedMs: () => 0,
      nextTick: setImmediate,
      after: (_delayMs: number, task: () => void) => {
        due.push(task);
        return () => {};
      },
    };
    const { socket } = await dial({ heartbeat }, { clock });
    post(socket, `/session/${sessionId}/heartbeat`, {});
    await vi.waitUntil(() => heartbeat.mock.calls.length === 1);
    const closed = server?.close();
    await vi.waitUntil(() => due.length === 1);
    due[0]?.();
    await closed;
    await vi.waitUntil(() => socket.closed);
  });

  it('is told to come back later once the server closes', async () => {
    let answer = () => {};
    const heartbeat = vi.fn(async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      return { sessionId, lastSeenAt: 1 };
    });
    const { socket, text } = await dial({ heartbeat });
    post(socket, `/session/${sessionId}/heartbeat`, {});
    await vi.waitUntil(() => heartbeat.mock.calls.length === 1);
    const closed = server?.close();
    const late = await server?.app.inject({ url: '/sessions', headers: { authorization: 'Bearer secret' } });
    expect([late?.statusCode, late?.json().code, late?.headers['retry-after']]).toEqual([
      503,
      'shutting_down',
      '5',
    ]);
    answer();
    await closed;
    await vi.waitUntil(() => socket.closed);
    expect(text()).toContain('"lastSeenAt":1');
  });
});
