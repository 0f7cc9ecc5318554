import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isEvent } from '@holdfast/sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { childrenOf, isAlive } from '../../cli/testing/holdfast-process.ts';
import { collect, DaemonLab, said } from '../testing/daemon-lab.ts';
import { peakResidentBytes } from '../testing/process-census.ts';
import { terminalsOf } from '../testing/sse-frames.ts';
import { until, untilNone } from '../testing/until.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

const mebibyte = 1024 * 1024;

describe('agent that ignores EOF and TERM, with grandchildren in sessions of their own: nothing is left after', () => {
  const stubborn = { HOLDFAST_DEMO_ARGS: '--ignore-eof --ignore-term' };
  async function started(args: readonly string[] = []) {
    const daemon = await lab.serve(['--drain-timeout-ms', '100', ...args], stubborn);
    const session = await lab.session(daemon);
    const reader = await lab.stream(daemon, session.sessionId);
    await session.prompt('/grandchildren count=3 session=new ignore-term\n/ignore-cancel\n/sleep ms=600000');
    await until(() => reader.text().includes('pids'));
    expect(lab.descendants().length).toBeGreaterThanOrEqual(4);
    return { daemon, session };
  }

  test('the session is closed', async () => {
    const { session } = await started(['--agent-idle-timeout-ms', '0', '--cancel-grace-ms', '200']);
    await session.close();
    await untilNone(() => lab.descendants());
  });

  test('the daemon is told to stop', async () => {
    const { daemon } = await started();
    expect(await lab.stop(daemon)).toMatchObject({ code: 0 });
    expect(lab.descendants()).toEqual([]);
  });

  test('the daemon is told twice', async () => {
    const { daemon } = await started(['--drain-timeout-ms', '600000']);
    // A second signal counts once it can be no echo of the first.
    const insisting = setInterval(() => daemon.child.kill('SIGTERM'), 350);
    // One that comes while Node.js takes itself apart would end it as any signal does.
    await daemon.output(/stopping now/);
    clearInterval(insisting);
    expect(await daemon.ended).toMatchObject({ code: 1 });
    expect(lab.descendants()).toEqual([]);
  });

  test('the daemon is killed and never comes back', async () => {
    const { daemon } = await started();
    const children = childrenOf(daemon.pid);
    await lab.kill(daemon);
    await untilNone(() => [...lab.descendants(), ...children.filter(isAlive)]);
  });

  test('the daemon is killed and started again', async () => {
    const { daemon } = await started();
    await lab.kill(daemon);
    await lab.serveAgain(daemon);
    await untilNone(() => lab.descendants());
  });
});

test('stdout closed but process alive: the turn ends, the process goes, the next prompt has a new one', async () => {
  const fixture = fileURLToPath(
    new URL('../../../../bridge/src/agents/fixtures/scripted-agent.mjs', import.meta.url),
  );
  const script = `
    setInterval(() => {}, 1000);
    on('eof', () => true);
    on('session/resume', (m) => answer(m, {}));
    on('session/prompt', (m) => {
      if (JSON.stringify(m.params.prompt).includes('/mute')) {
        update('s1', 'going silent');
        setTimeout(() => process.getBuiltinModule('node:fs').closeSync(1), 50);
      } else {
        update('s1', 'pid ' + process.pid);
        answer(m, { stopReason: 'end_turn' });
      }
    });`;
  const agents = { mute: { command: process.execPath, args: [fixture, script] } };
  writeFileSync(join(lab.sandbox.folder, 'holdfast.config.json'), JSON.stringify({ agents }));
  const daemon = await lab.serve();
  const session = await lab.session(daemon);
  const pid = Number((await session.promptAndWait('hello')).text.split(' ')[1]);
  const muted = await session.prompt('/mute');
  const turn = await collect(
    session.follow(muted),
    (event) => terminalsOf([event], muted.promptId).length > 0,
  );
  expect(said(turn)).toBe('going silent');
  expect(turn.at(-1)).toMatchObject({ type: 'turn_error', data: { code: 'agent_exited' } });
  await until(() => !lab.descendants().includes(pid));
  expect((await session.promptAndWait('hello again')).text).toMatch(/^pid \d+$/);
});

/** V8 grows its young generation when it sees fit: that would drown what is measured. */
const fixedYoungHeap = { NODE_OPTIONS: '--max-semi-space-size=16' };

test('100 MB line: dropped and reported, the connection goes on, memory stays bounded', async () => {
  const daemon = await lab.serve([], fixedYoungHeap);
  const session = await lab.session(daemon);
  await session.promptAndWait('/say before');
  const beforeBytes = peakResidentBytes(daemon.pid);
  const accepted = await session.prompt(`/huge-line bytes=${100 * mebibyte}\n/say after`);
  const turn = await collect(
    session.follow(accepted),
    (event) => terminalsOf([event], accepted.promptId).length > 0,
  );
  expect(said(turn)).toContain('after');
  expect(turn.at(-1)).toMatchObject({ type: 'turn_complete' });
  expect(
    turn.flatMap((event) => (isEvent(event, 'session_update') ? [event.data.update] : [])),
  ).toContainEqual(
    expect.objectContaining({
      sessionUpdate: 'notice',
      severity: 'warning',
      description: expect.stringMatching(/a message of 10485\d{4} bytes was dropped/),
    }),
  );
  expect(lab.prompts().map(({ pid }) => pid)).toEqual([lab.prompts()[0]?.pid, lab.prompts()[0]?.pid]);
  // Kept in pieces, joined and decoded it would be 300 MB and more.
  expect((peakResidentBytes(daemon.pid) - beforeBytes) / mebibyte).toBeLessThan(200);
  await daemon.output(/a message of 10485\d{4} bytes was dropped/);
});
