import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Daemon, DaemonLab } from './testing/daemon-lab.ts';
import { rawRequest } from './testing/raw-request.ts';
import { terminalsOf } from './testing/sse-frames.ts';
import { until } from './testing/until.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

const post = ({ ready, token }: Daemon, path: string, key: string, body: object) =>
  rawRequest(ready.url, {
    path,
    body: JSON.stringify(body),
    headers: { authorization: `Bearer ${token()}`, 'idempotency-key': key },
  });
const text = (value: string) => ({ prompt: [{ type: 'text', text: value }] });

test('a prompt sent again after a crash has its first answer and does not run a second time', async () => {
  const first = await lab.serve();
  const { sessionId } = await lab.session(first);
  const path = `/session/${sessionId}/prompt`;
  const key = randomUUID();
  const accepted = await post(first, path, key, text('/say once'));
  expect(accepted).toMatchObject({ status: 202, body: { promptId: expect.any(String) } });
  expect(accepted.headers['idempotent-replayed']).toBeUndefined();
  await until(() => lab.prompts().length === 1);
  await lab.kill(first);

  const second = await lab.serveAgain(first);
  const again = await post(second, path, key, text('/say once'));
  expect(again).toMatchObject({ status: 202, body: accepted.body });
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(await post(second, path, key, text('/say twice'))).toMatchObject({
    status: 422,
    body: { code: 'idempotency_mismatch', error: expect.stringContaining('new key') },
  });
  const marker = await lab.client(second).session(sessionId).promptAndWait('/say after');
  expect(marker.text).toBe('after');
  expect(lab.prompts().map((prompt) => prompt.text)).toEqual(['/say once', '/say after']);
  const events = await lab.events(second, sessionId);
  expect(terminalsOf(events, String(accepted.body['promptId']))).toHaveLength(1);
});

test('a create sent again after a crash answers with the same session, and its prompt ran once', async () => {
  const first = await lab.serve();
  const key = randomUUID();
  const body = text('/say born');
  const created = await post(first, '/session', key, body);
  expect(created).toMatchObject({ status: 200, body: { attached: false, promptId: expect.any(String) } });
  await until(() => lab.prompts().length === 1);
  await lab.kill(first);

  const second = await lab.serveAgain(first);
  const again = await post(second, '/session', key, body);
  expect(again).toMatchObject({ status: 200, body: created.body });
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect((await lab.client(second).listSessions()).sessions).toHaveLength(1);
  const { text: said } = await lab
    .client(second)
    .session(String(created.body['sessionId']))
    .promptAndWait('/history');
  expect(JSON.parse(said)).toMatchObject({ earlierUserMessages: 1 });
  expect(lab.prompts()).toHaveLength(2);
});

test('twenty of the same at once are one prompt', async () => {
  const daemon = await lab.serve();
  const { sessionId } = await lab.session(daemon);
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => post(daemon, `/session/${sessionId}/prompt`, key, text('/say one'))),
  );
  const accepted = answers.filter(({ status }) => status === 202);
  expect(new Set(accepted.map(({ body }) => body['promptId'])).size).toBe(1);
  const others = answers.filter(({ status }) => status !== 202);
  for (const { status, body, headers } of others)
    expect([status, body['code'], headers['retry-after']]).toEqual([409, 'idempotency_in_flight', '1']);
  await lab.client(daemon).session(sessionId).promptAndWait('/say two');
  expect(lab.prompts()).toHaveLength(2);
});
