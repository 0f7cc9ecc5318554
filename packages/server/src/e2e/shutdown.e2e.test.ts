import { isEvent } from '@holdfast/sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { collect, DaemonLab, said } from './testing/daemon-lab.ts';
import { envelopeOf, recordedFrames, terminalsOf } from './testing/sse-frames.ts';
import { until } from './testing/until.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

describe('SIGTERM while a turn runs and a prompt waits', () => {
  test('ends the turn as interrupted once the drain window is over, closes no session, and keeps the queue', async () => {
    const first = await lab.serve(['--drain-timeout-ms', '200']);
    const session = await lab.session(first);
    const { sessionId } = session;
    const reader = await lab.stream(first, sessionId);
    const running = await session.prompt(
      '/grandchildren session=new ignore-term\n/ignore-cancel\n/sleep ms=600000',
    );
    await until(() => lab.prompts().length === 1);
    const queued = await session.prompt('/say I waited');
    await until(() => reader.text().includes('pids'));
    const { code, signal } = await lab.stop(first);
    expect([code, signal]).toEqual([0, null]);
    expect(lab.descendants()).toEqual([]);
    expect(await reader.ended).toBe(true);
    const seen = recordedFrames(reader.text()).map(envelopeOf);
    expect(terminalsOf(seen, running.promptId)).toEqual([
      expect.objectContaining({ data: expect.objectContaining({ code: 'interrupted' }) }),
    ]);
    expect(terminalsOf(seen, queued.promptId)).toEqual([]);
    expect(seen.map(({ type }) => type)).not.toContain('session_closed');
    expect(seen.map(({ type }) => type)).not.toContain('session_died');

    const second = await lab.serveAgain(first);
    const turn = await collect(session.follow(queued), ({ type }) => type === 'turn_complete');
    expect(said(turn)).toBe('I waited');
    const all = await lab.events(second, sessionId);
    expect(all.slice(0, seen.length)).toEqual(seen);
    expect(terminalsOf(all, running.promptId)).toHaveLength(1);
    expect(terminalsOf(all, queued.promptId)).toHaveLength(1);
    expect(lab.prompts().map(({ text }) => text.split('\n')[0])).toEqual([
      '/grandchildren session=new ignore-term',
      '/say I waited',
    ]);
  });

  test('lets a turn that ends within the window end by itself', async () => {
    const first = await lab.serve();
    const session = await lab.session(first);
    const reader = await lab.stream(first, session.sessionId);
    const running = await session.prompt('/say begun\n/sleep ms=400\n/say done');
    await until(() => reader.text().includes('begun'));
    const { code } = await lab.stop(first);
    expect(code).toBe(0);
    const seen = recordedFrames(reader.text()).map(envelopeOf);
    expect(terminalsOf(seen, running.promptId)).toEqual([
      expect.objectContaining({
        type: 'turn_complete',
        data: expect.objectContaining({ stopReason: 'end_turn' }),
      }),
    ]);
    expect(said(seen)).toBe('begundone');
    expect(await reader.ended).toBe(true);
    expect(lab.descendants()).toEqual([]);
  });

  test('refuses what comes after it with 503, and says so to probes', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    const reader = await lab.stream(daemon, session.sessionId);
    await session.prompt('/say begun\n/permission');
    await until(() => reader.text().includes('event: permission_request'));
    daemon.child.kill('SIGTERM');
    await until(async () => (await fetch(`${daemon.ready.url}/readyz`)).status === 503);
    const blunt = lab.bluntClient(daemon);
    await expect(blunt.session(session.sessionId).prompt('/say no')).rejects.toMatchObject({
      status: 503,
      code: 'shutting_down',
      retryAfterMs: 5_000,
    });
    await expect(blunt.createSession()).rejects.toMatchObject({ status: 503, code: 'shutting_down' });
    const request = recordedFrames(reader.text())
      .map(envelopeOf)
      .find((event) => isEvent(event, 'permission_request'));
    await session.vote(String(request?.data.requestId), { outcome: 'selected', optionId: 'allow-once' });
    expect((await daemon.ended).code).toBe(0);
    expect(reader.text()).toContain('event: turn_complete');
  });
});

test('an SDK reader notices nothing of a clean restart but the pause', async () => {
  const first = await lab.serve();
  const session = await lab.session(first);
  const events = session.events({ after: 0, signal: lab.signal });
  await session.promptAndWait('/say one');
  expect((await lab.stop(first)).code).toBe(0);
  const second = await lab.serveAgain(first);
  const { promptId } = await session.prompt('/say two');
  const seen = await collect(events, (event) => terminalsOf([event], promptId).length === 1);
  const recorded = seen.filter(({ id }) => id !== undefined);
  expect(recorded).toEqual(await lab.events(second, session.sessionId));
  expect(said(recorded)).toBe('onetwo');
});

test('a second daemon on the same state directory is refused, names the owner, and disturbs nothing', async () => {
  const owner = await lab.serve();
  const session = await lab.session(owner);
  const { code, stderr } = await lab.sandbox.run(['serve', '--port', '0', '--workspace', lab.workspace]);
  expect(code).toBe(1);
  expect(stderr).toContain(`process ${owner.pid}`);
  expect(stderr).toContain(owner.ready.url);
  expect((await session.promptAndWait('/say undisturbed')).text).toBe('undisturbed');
});
