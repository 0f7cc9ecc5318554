import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Daemon, DaemonLab, said } from '../testing/daemon-lab.ts';
import { terminalsOf } from '../testing/sse-frames.ts';
import { until, untilNone } from '../testing/until.ts';
import {
  freeDescriptors,
  leaveDescriptors,
  OneConnection,
  whyNoOpenFileLimit,
  withOpenFileLimit,
} from './testing/open-file-limit.ts';

let lab: DaemonLab;
let early: OneConnection;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(async () => {
  early.close();
  await lab.close();
});

const says = (text: string) => ({ prompt: [{ type: 'text', text }] });
const isReady = async () => (await early.ask('GET', '/readyz')).status === 200;

/** A daemon with a session, an agent, a reader, and a client that was there before the shortage. */
async function started() {
  const daemon = await lab.serve();
  early = new OneConnection(daemon);
  const session = await lab.session(daemon);
  await session.promptAndWait('/say before');
  const reader = await lab.stream(daemon, session.sessionId);
  expect(await isReady()).toBe(true);
  const late = async <Answer>(ask: (late: OneConnection) => Promise<Answer>) => {
    const connection = new OneConnection(daemon);
    return await ask(connection).finally(() => connection.close());
  };
  return { daemon, session, reader, late, path: `/session/${session.sessionId}/prompt` };
}

/** What becomes of a connection that there is no descriptor for. */
async function knock({ ready }: Daemon): Promise<'served' | 'refused' | 'waiting'> {
  const socket = connect(Number(new URL(ready.url).port), '127.0.0.1');
  try {
    return await new Promise((resolve) => {
      socket.on('error', () => resolve('refused'));
      socket.on('close', () => resolve('refused'));
      socket.on('data', () => resolve('served'));
      socket.setTimeout(500, () => resolve('waiting'));
      socket.write('GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    });
  } finally {
    socket.destroy();
  }
}

describe.skipIf(whyNoOpenFileLimit !== undefined)('file descriptors run short', () => {
  test(
    withOpenFileLimit(
      'newcomers are refused and told why, those there before go on, and it is over by itself',
    ),
    async () => {
      const { daemon, reader, late, path } = await started();
      leaveDescriptors(daemon, 4);
      await until(async () => !(await isReady()));
      const refused = await late((one) => one.ask('POST', '/session', { sessionScope: 'thread' }));
      expect(refused).toMatchObject({
        status: 503,
        headers: { 'retry-after': '5', connection: 'close' },
        body: { code: 'overloaded', retryable: true, error: expect.stringMatching(/file descriptors/) },
      });
      expect(await late((one) => one.ask('GET', '/health'))).toMatchObject({
        status: 503,
        body: { status: 'degraded', reason: expect.stringMatching(/file descriptors .* in use/) },
      });
      expect(await late((one) => one.ask('GET', '/livez'))).toMatchObject({ status: 200 });
      expect((await early.ask('POST', path, says('/say still served'))).status).toBe(202);
      await until(() => reader.text().includes('still served'));

      freeDescriptors(daemon);
      await until(isReady);
      expect(await late((one) => one.ask('POST', '/session', { sessionScope: 'thread' }))).toMatchObject({
        status: 200,
      });
    },
  );

  test(
    withOpenFileLimit('a prompt that was accepted waits for room for its agent, and runs once'),
    async () => {
      const { daemon, session, reader, path } = await started();
      const [{ pid = 0 } = {}] = lab.prompts();
      leaveDescriptors(daemon, 2);
      process.kill(pid, 'SIGKILL');
      await until(() => reader.text().includes('event: agent_exited'));
      // Its pipes go one by one.
      await until(async () => {
        leaveDescriptors(daemon, 2);
        return !(await isReady());
      });
      const { status, body } = await early.ask('POST', path, says('/say waited'));
      expect(status).toBe(202);
      await until(async () => (await early.ask('GET', '/livez')).status === 200);
      expect(lab.prompts()).toHaveLength(1);
      freeDescriptors(daemon);
      await until(isReady);
      const promptId = String(body['promptId']);
      await until(async () => terminalsOf(await lab.events(daemon, session.sessionId), promptId).length > 0);
      expect(lab.prompts().map(({ text }) => text)).toEqual(['/say before', '/say waited']);
      expect(terminalsOf(await lab.events(daemon, session.sessionId), promptId)).toMatchObject([
        { type: 'turn_complete' },
      ]);
    },
  );

  test(
    withOpenFileLimit(
      'with not one left nothing breaks: turns go on, agents that end leave nothing, a stop is clean',
    ),
    async () => {
      const { daemon, session, reader } = await started();
      const { promptId } = await session.prompt(
        '/grandchildren count=2 session=new ignore-term\n/stream count=400 bytes=8 every-ms=2\n/say the end',
      );
      await until(() => reader.text().includes('pids'));
      leaveDescriptors(daemon, 0);
      await until(async () => !(await isReady()));
      expect(await knock(daemon)).not.toBe('served');
      await until(() => reader.text().split('event: turn_complete').length > 2);
      const [{ pid = 0 } = {}] = lab.prompts();
      process.kill(pid, 'SIGKILL');
      await untilNone(() => lab.descendants());
      freeDescriptors(daemon);
      await until(isReady);
      const events = await lab.events(daemon, session.sessionId);
      expect(events.map(({ id }) => id)).toEqual(events.map((_, place) => place + 1));
      expect(terminalsOf(events, promptId)).toMatchObject([{ type: 'turn_complete' }]);
      expect(said(events)).toContain('the end');
      leaveDescriptors(daemon, 0);
      expect(await lab.stop(daemon)).toMatchObject({ code: 0 });
    },
  );
});
