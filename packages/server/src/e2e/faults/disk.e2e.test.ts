import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Daemon, DaemonLab, said } from '../testing/daemon-lab.ts';
import { terminalsOf } from '../testing/sse-frames.ts';
import { until } from '../testing/until.ts';
import { onSealable, SealableFolder, whyNoSeal } from './testing/sealed-folder.ts';
import { onTmpfs, SmallDisk, whyNoTmpfs } from './testing/tmpfs.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

async function probe({ ready }: Daemon, path: string) {
  const answer = await fetch(`${ready.url}${path}`);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const isReady = (daemon: Daemon) => async () => (await probe(daemon, '/readyz')).status === 200;
const on = (disk: SmallDisk) => ['--state-dir', disk.folder];
const verify = async (disk: SmallDisk) =>
  JSON.parse((await lab.sandbox.run(['journal', 'verify', '--json', ...on(disk)])).stdout);

describe.skipIf(whyNoTmpfs !== undefined)('disk full', () => {
  test(
    onTmpfs('is refused and shown with its reason, loses nothing, and is over by itself once there is room'),
    async () => {
      const disk = new SmallDisk(8);
      const daemon = await lab.serve(on(disk));
      const [busy, idle] = [await lab.session(daemon), await lab.session(daemon)];
      const { promptId } = await busy.prompt('/stream count=1500 bytes=1000 every-ms=2\n/say the end');
      const reader = await lab.stream(daemon, busy.sessionId);
      await until(() => reader.ids().length > 20);
      disk.fill();
      await until(async () => (await probe(daemon, '/readyz')).status === 503);
      const blunt = lab.bluntClient(daemon);
      const refusal = { status: 503, code: 'journal_unavailable' };
      await expect(blunt.session(idle.sessionId).prompt('/say lost')).rejects.toMatchObject(refusal);
      await expect(blunt.createSession({ sessionScope: 'thread' })).rejects.toMatchObject(refusal);
      expect((await probe(daemon, '/readyz')).body['reason']).toMatch(/full/);
      expect(await probe(daemon, '/health')).toMatchObject({
        status: 503,
        body: { status: 'degraded', reason: expect.stringMatching(/full/) },
      });
      expect((await probe(daemon, '/livez')).status).toBe(200);
      // Reading works on.
      expect((await lab.events(daemon, idle.sessionId)).map(({ type }) => type)).toContain('session_created');

      disk.empty();
      await until(isReady(daemon));
      await until(() => reader.text().includes('the end') && reader.text().includes('event: turn_complete'));
      const events = await lab.events(daemon, busy.sessionId);
      expect(events.map(({ id }) => id)).toEqual(events.map((_, place) => place + 1));
      expect(terminalsOf(events, promptId)).toHaveLength(1);
      const spoken = said(events.slice(events.findIndex(({ promptId: of }) => of === promptId)));
      const numbers = [...spoken.matchAll(/(?:^|x|\b)(\d+) \d{13}\.\d+ /g)].map(([, number]) =>
        Number(number),
      );
      expect(numbers).toEqual(numbers.map((_, place) => place + 1));
      expect(numbers).toHaveLength(1500);
      expect(lab.prompts().map(({ text }) => text)).not.toContain('/say lost');
      expect((await idle.promptAndWait('/say room again')).text).toBe('room again');
      expect((await lab.client(daemon).listSessions()).total).toBe(2);
      expect(await verify(disk)).toMatchObject({ isSound: true });
    },
  );

  test(
    onTmpfs('a daemon told to stop goes, a start says what is wrong, and the next one goes on'),
    async () => {
      const disk = new SmallDisk(8);
      const first = await lab.serve([...on(disk), '--drain-timeout-ms', '100']);
      const session = await lab.session(first);
      const { promptId } = await session.prompt('/say begun\n/sleep ms=600000');
      await until(() => lab.prompts().length === 1);
      disk.fill();
      expect((await lab.stop(first)).signal).toBe(null);
      expect(lab.descendants()).toEqual([]);
      const refused = await lab.sandbox.run([
        'serve',
        '--port',
        '0',
        '--workspace',
        lab.workspace,
        ...on(disk),
      ]);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/full/);
      expect(refused.stderr).toMatch(/make room/);
      disk.empty();
      const second = await lab.serveAgain(first, on(disk));
      expect(terminalsOf(await lab.events(second, session.sessionId), promptId)).toEqual([
        expect.objectContaining({ data: expect.objectContaining({ code: 'interrupted' }) }),
      ]);
      expect((await session.promptAndWait('/say on')).text).toBe('on');
    },
  );
});

test.skipIf(whyNoTmpfs !== undefined)(
  onTmpfs('read-only state directory: a start is refused and says so; writable again, the next one goes on'),
  async () => {
    const disk = new SmallDisk(8);
    const first = await lab.serve(on(disk));
    const session = await lab.session(first);
    await session.promptAndWait('/say kept');
    await lab.stop(first);
    disk.setReadOnly(true);
    const refused = await lab.sandbox.run([
      'serve',
      '--port',
      '0',
      '--workspace',
      lab.workspace,
      ...on(disk),
    ]);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/read-only/);
    expect(refused.stderr).toContain(disk.folder);
    // What is there can still be looked at.
    expect(await verify(disk)).toMatchObject({ isSound: true, sessions: 1 });
    disk.setReadOnly(false);
    await lab.serveAgain(first, on(disk));
    expect((await session.promptAndWait('/say on')).text).toBe('on');
  },
);

test.skipIf(whyNoSeal !== undefined)(
  onSealable(
    'state directory read-only under a running daemon: refused and shown, nothing lost, over by itself',
  ),
  async () => {
    const disk = new SealableFolder();
    const daemon = await lab.serve(['--state-dir', disk.folder, '--agent-idle-timeout-ms', '0']);
    const [busy, idle] = [await lab.session(daemon), await lab.session(daemon)];
    const { promptId } = await busy.prompt('/stream count=1500 bytes=1000 every-ms=2\n/say the end');
    const reader = await lab.stream(daemon, busy.sessionId);
    await until(() => reader.ids().length > 20);
    disk.seal(true);
    await until(async () => !(await isReady(daemon)()));
    const blunt = lab.bluntClient(daemon);
    const refusal = { status: 503, code: 'journal_unavailable' };
    await expect(blunt.session(idle.sessionId).prompt('/say lost')).rejects.toMatchObject(refusal);
    await expect(blunt.createSession({ sessionScope: 'thread' })).rejects.toMatchObject(refusal);
    expect(await probe(daemon, '/health')).toMatchObject({
      status: 503,
      body: { status: 'degraded', reason: expect.stringMatching(/disk I\/O error/) },
    });
    expect((await probe(daemon, '/livez')).status).toBe(200);
    expect((await lab.events(daemon, idle.sessionId)).map(({ type }) => type)).toContain('session_created');

    disk.seal(false);
    await until(isReady(daemon));
    await until(async () => terminalsOf(await lab.events(daemon, busy.sessionId), promptId).length > 0);
    const events = await lab.events(daemon, busy.sessionId);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, place) => place + 1));
    expect(terminalsOf(events, promptId)).toMatchObject([{ type: 'turn_complete' }]);
    expect(said(events)).toContain('the end');
    expect(lab.prompts().map(({ text }) => text)).not.toContain('/say lost');
    expect((await idle.promptAndWait('/say writable again')).text).toBe('writable again');
    const verified = await lab.sandbox.run(['journal', 'verify', '--json', '--state-dir', disk.folder]);
    expect(JSON.parse(verified.stdout)).toMatchObject({ isSound: true });

    // A stop waits for nothing that can be written later only.
    disk.seal(true);
    expect((await lab.stop(daemon)).signal).toBe(null);
    expect(lab.descendants()).toEqual([]);
    disk.seal(false);
    await lab.serveAgain(daemon, ['--state-dir', disk.folder]);
    expect((await idle.promptAndWait('/say on')).text).toBe('on');
  },
);
