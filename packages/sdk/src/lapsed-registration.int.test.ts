import { expect, test } from 'vitest';
import { sendJson, startScriptedDaemon } from '../test/scripted-daemon.ts';
import { testRuntime } from '../test/test-runtime.ts';
import { HoldfastClient } from './client.ts';

const accepted = { promptId: 'p', lastEventId: 4, eventEpoch: 'epoch-1', state: 'started', position: 0 };
const refusal = (clientId: unknown) => ({ code: 'invalid_client_id', sessionId: 's', clientId });

/** A daemon that knows only the clients it registers anew, when it does. */
const forgetfulDaemon = ({ registers = true } = {}) =>
  startScriptedDaemon(({ url, headers }, response) => {
    const clientId = headers['holdfast-client-id'];
    if (url.endsWith('/resume')) sendJson(response, 200, { clientId: registers ? 'client_2' : 'client_1' });
    else if (clientId !== 'client_2') sendJson(response, 400, refusal(clientId));
    else sendJson(response, url.endsWith('/prompt') ? 202 : 200, accepted);
  });

const sessionOf = ({ baseUrl }: { baseUrl: string }, clientId?: string) =>
  new HoldfastClient({ baseUrl, runtime: testRuntime() }).session('s', { clientId });

test('a client whose registration lapsed registers anew, once, and its calls go on', async () => {
  await using daemon = await forgetfulDaemon();
  const session = sessionOf(daemon, 'client_1');
  const vote = { outcome: 'cancelled' } as const;
  await Promise.all([session.prompt('hello'), session.vote('perm_1', vote), session.heartbeat()]);
  expect(session.clientId).toBe('client_2');
  expect(daemon.received.filter(({ url }) => url.endsWith('/resume'))).toHaveLength(1);
  const keys = daemon.received.flatMap(({ url, headers }) =>
    url.endsWith('/prompt') ? [headers['idempotency-key']] : [],
  );
  expect(keys).toHaveLength(2);
});

test('a client that is not known even then hears so, and does not try for ever', async () => {
  await using daemon = await forgetfulDaemon({ registers: false });
  await expect(sessionOf(daemon, 'client_1').heartbeat()).rejects.toMatchObject({
    code: 'invalid_client_id',
  });
  expect(daemon.received).toHaveLength(3);
});

test('a client without a name is not registered behind its back', async () => {
  await using daemon = await forgetfulDaemon();
  await expect(sessionOf(daemon).heartbeat()).rejects.toMatchObject({ code: 'invalid_client_id' });
  expect(daemon.received).toHaveLength(1);
});
