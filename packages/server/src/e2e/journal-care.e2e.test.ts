import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Daemon, DaemonLab } from './testing/daemon-lab.ts';
import { flipByteIn } from './testing/flip-byte.ts';
import { terminalsOf } from './testing/sse-frames.ts';
import { until } from './testing/until.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

const journal = async (...args: readonly string[]) => {
  const ended = await lab.sandbox.run(['journal', ...args, '--json']);
  return { ...ended, report: ended.stdout === '' ? {} : JSON.parse(ended.stdout) };
};
const backup = () => join(lab.sandbox.folder, 'backup.sqlite');

/** A turn that is over, one that runs and one that waits. */
async function busySession(daemon: Daemon) {
  const session = await lab.session(daemon);
  await session.promptAndWait('/say kept');
  const running = await session.prompt('/say begun\n/sleep ms=600000');
  await until(() => lab.prompts().length === 2);
  const waiting = await session.prompt('/say I waited');
  return { session, running, waiting };
}

describe('holdfast journal', () => {
  test('verifies, counts and backs up while the daemon runs, and restores once it is stopped', async () => {
    const first = await lab.serve(['--drain-timeout-ms', '200']);
    const { session, running, waiting } = await busySession(first);
    expect((await journal('verify')).report).toMatchObject({ isSound: true, sessions: 1 });
    expect((await journal('stats')).report).toMatchObject({ sessions: 1, openSessions: 1 });
    expect((await journal('backup', 'backup.sqlite')).report).toMatchObject({ path: backup() });
    expect((await journal('verify', 'backup.sqlite')).report).toMatchObject({ isSound: true, sessions: 1 });

    const refused = await lab.sandbox.run(['journal', 'restore', 'backup.sqlite']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`process ${first.pid}`);
    expect(refused.stderr).toContain(first.ready.url);

    const later = await lab.session(first);
    await later.promptAndWait('/say after the backup');
    await session.removePendingPrompt(waiting.promptId);
    const { eventEpoch } = await session.describe();
    await lab.stop(first);

    const restored = await journal('restore', 'backup.sqlite');
    expect(restored.report).toMatchObject({ sessions: 1, wasDone: false });
    expect((await journal('restore', 'backup.sqlite')).report).toMatchObject({ wasDone: true });

    const second = await lab.serveAgain(first);
    const listed = await lab.client(second).listSessions();
    expect(listed.sessions.map(({ sessionId }) => sessionId)).toEqual([session.sessionId]);
    expect((await session.describe()).eventEpoch).toBe(restored.report.eventEpoch);
    expect(restored.report.eventEpoch).not.toBe(eventEpoch);
    const events = await lab.events(second, session.sessionId);
    // What ran or waited when the backup was made ends: it is not run a second time.
    for (const { promptId } of [running, waiting]) {
      expect(terminalsOf(events, promptId)).toEqual([
        expect.objectContaining({
          type: 'turn_error',
          data: expect.objectContaining({ code: 'interrupted' }),
        }),
      ]);
    }
    expect(lab.prompts().filter(({ text }) => text === '/say I waited')).toEqual([]);
    expect((await session.promptAndWait('/say back again')).text).toBe('back again');
  });

  test('says what is damaged, with exit code 1, and what a person reads', async () => {
    const daemon = await lab.serve();
    await (await lab.session(daemon)).promptAndWait('/say <<precious>>');
    await lab.stop(daemon);
    const sound = await lab.sandbox.run(['journal', 'verify']);
    expect([sound.code, sound.stdout.trimEnd().split('\n').at(-1)]).toEqual([0, '  sound']);
    flipByteIn(join(lab.sandbox.stateDir, 'journal.sqlite'), 'agent_message_chunk');
    const damaged = await lab.sandbox.run(['journal', 'verify']);
    expect(damaged.code).toBe(1);
    expect(damaged.stdout).toContain('DAMAGED: 1 finding');
    expect((await journal('verify')).report.findings).toEqual([expect.objectContaining({ kind: 'gap' })]);
  });

  test.each([
    [['journal'], 2, /needs verify, stats, backup or restore/],
    [['journal', 'mend'], 2, /"mend"/],
    [['journal', 'backup'], 2, /needs a FILE/],
    [['journal', 'backup', 'a', 'b'], 2, /"b"/],
    [['journal', 'verify'], 1, /no journal at .*journal\.sqlite/],
    [['journal', 'restore', 'none.sqlite'], 1, /none\.sqlite/],
  ] as const)('%j is refused with exit code %i', async (args, code, message) => {
    const ended = await lab.sandbox.run(args);
    expect(ended.stderr).toMatch(message);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
  });

  test('the backup and everything in the state directory are the owner’s alone', async () => {
    const daemon = await lab.serve();
    await (await lab.session(daemon)).promptAndWait('/say hi');
    await journal('backup', 'backup.sqlite');
    const names = [
      'journal.sqlite',
      'journal.sqlite-wal',
      'journal.sqlite-shm',
      'lock',
      'lock.owner',
      'token',
      'daemon.json',
    ];
    const files = [backup(), ...names.map((name) => join(lab.sandbox.stateDir, name))];
    expect(files.map((file) => [file, statSync(file).mode & 0o777])).toEqual(
      files.map((file) => [file, 0o600]),
    );
  });
});
