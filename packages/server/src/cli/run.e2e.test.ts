import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HoldfastSandbox } from './testing/holdfast-process.ts';

let sandbox: HoldfastSandbox;
beforeEach(() => {
  sandbox = new HoldfastSandbox();
});
afterEach(() => sandbox.close());

describe('without a daemon', () => {
  test('a prompt is answered by one of its own, which leaves nothing running or announced', async () => {
    const { code, stdout, stderr } = await sandbox.run([
      'run',
      '/say Hello\n/thought deep\n/tool title=Look',
    ]);
    expect(code).toBe(0);
    expect(stdout).toBe('Hello\n');
    expect(stderr).toContain('deep\n▸ Look\n✓ Look\n');
    expect(existsSync(join(sandbox.stateDir, 'daemon.json'))).toBe(false);
    expect(existsSync(join(sandbox.stateDir, 'lock.owner'))).toBe(false);
  });

  test('an agent can be defined on the spot, and one that cannot start says why', async () => {
    const { code, stderr } = await sandbox.run([
      'run',
      '--agent',
      `x=sh -c 'echo "no key" >&2; exit 3'`,
      'hi',
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('no key');
    expect((await sandbox.run(['run', '--agent', 'nobody', 'hi'])).stderr).toContain('"nobody"');
  });

  test('listing sessions says what to start', async () => {
    const { code, stderr } = await sandbox.run(['sessions']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('start one with holdfast serve')]);
  });
});

describe('with a daemon', () => {
  test('a reader that leaves cancels the turn; the session is closed as ever', async () => {
    await sandbox.serve();
    const run = sandbox.start(['run', '/stream count=100000 every-ms=5 bytes=1000']);
    await run.output(/\w/);
    run.child.stdout?.destroy();
    expect((await run.ended).code).toBe(130);
    const { sessions } = JSON.parse((await sandbox.run(['sessions', '--json'])).stdout);
    expect(sessions).toMatchObject([{ state: 'closed', hasActivePrompt: false }]);
  });

  test('each run has a session of its own, closed afterwards and kept in the list', async () => {
    const daemon = await sandbox.serve();
    for (const prompt of ['first', 'second']) {
      expect(await sandbox.run(['run', prompt])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(prompt),
      });
    }
    const { stdout } = await sandbox.run(['sessions', '--json']);
    const { sessions } = JSON.parse(stdout);
    expect(sessions).toHaveLength(2);
    expect(sessions).toEqual(sessions.map(() => expect.objectContaining({ state: 'closed', agent: 'demo' })));
    const table = await sandbox.run(['sessions', '--url', daemon.ready.url]);
    expect(table.stdout).toContain(sessions[0].sessionId);
  });

  test('the prompt may come from stdin', async () => {
    await sandbox.serve();
    const { code, stdout } = await sandbox.run(['run', '-'], { input: '/say from a pipe\n' });
    expect([code, stdout]).toEqual([0, 'from a pipe\n']);
  });

  test('--json prints every event of the session as a line', async () => {
    await sandbox.serve();
    const { code, stdout } = await sandbox.run(['run', '--json', '/say x']);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(events[0]).toMatchObject({ id: 1, type: 'session_created' });
    expect(events.at(-1)).toMatchObject({ type: 'turn_complete', data: { stopReason: 'end_turn' } });
  });

  test('Ctrl-C cancels the turn; the exit code says so', async () => {
    await sandbox.serve();
    const run = sandbox.start(['run', '/say begun\n/sleep ms=600000']);
    await run.output(/begun/);
    run.child.kill('SIGINT');
    expect(await run.ended).toMatchObject({
      code: 130,
      stdout: 'begun\n',
      stderr: expect.stringContaining('cancel'),
    });
    const { sessions } = JSON.parse((await sandbox.run(['sessions', '--json'])).stdout);
    expect(sessions[0]).toMatchObject({ state: 'closed', lastTurn: { state: 'cancelled' } });
  });

  test('a second Ctrl-C quits although the agent ignores the first', async () => {
    await sandbox.serve();
    const run = sandbox.start(['run', '/ignore-cancel\n/say begun\n/sleep ms=600000']);
    await run.output(/begun/);
    run.child.kill('SIGINT');
    await run.output(/cancelling/);
    const insist = setInterval(() => run.child.kill('SIGINT'), 100);
    const { code, signal } = await run.ended;
    clearInterval(insist);
    // One more may find it on its way out: to a shell that is 130 as well.
    expect([130, 'SIGINT']).toContain(code ?? signal);
  });

  test('a daemon that is killed in mid-turn and started again is waited for, and the turn told as interrupted', async () => {
    const first = await sandbox.serve();
    const run = sandbox.start(['run', '/say begun\n/sleep ms=600000']);
    await run.output(/begun/);
    first.child.kill('SIGKILL');
    await run.output(/connection to the daemon is lost/);
    await sandbox.serve(['--port', new URL(first.ready.url).port]);
    const { code, stdout, stderr } = await run.ended;
    expect([code, stdout]).toEqual([1, 'begun\n']);
    expect(stderr).toContain('the turn failed (interrupted)');
    expect(stderr.match(/is lost/g)).toHaveLength(1);
  });

  test('a failed turn is told and fails the command', async () => {
    await sandbox.serve();
    const { code, stderr } = await sandbox.run(['run', '/error message="no more"']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('holdfast: the turn failed (agent_error)')]);
    expect((await sandbox.run(['run', '/stop reason=refusal'])).code).toBe(1);
  });

  test('a directory outside the workspaces is refused with the remedy', async () => {
    await sandbox.serve();
    const { code, stderr } = await sandbox.run(['run', '--cwd', '/', 'hi']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('--workspace')]);
  });

  test('a new agent is not for a daemon that runs already', async () => {
    await sandbox.serve();
    const { code, stderr } = await sandbox.run(['run', '--agent', 'x=sh', 'hi']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('knows its own agents only')]);
  });

  test('a wrong token is told', async () => {
    const { ready } = await sandbox.serve();
    const env = { HOLDFAST_TOKEN: 'wrong' };
    const { code, stderr } = await sandbox.run(['run', '--url', ready.url, 'hi'], { env });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/Unauthorized/i)]);
  });
});

describe('permissions', () => {
  test('are refused, and said to be, where nobody can be asked', async () => {
    const { code, stdout, stderr } = await sandbox.run(['run', '/permission title="Write it"']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('selected reject-once')]);
    expect(stderr).toContain('refused: Write it (no terminal to ask at; --allow all grants)');
  });

  test('are granted by --yes, each with the least that is offered', async () => {
    const { stdout, stderr } = await sandbox.run(['run', '--yes', '/permission count=3']);
    expect(stdout.match(/selected allow-once/g)).toHaveLength(3);
    expect(stderr.match(/granted: /g)).toHaveLength(3);
  });

  test('with no refusal on offer are cancelled', async () => {
    const { stdout } = await sandbox.run(['run', '--allow', 'none', '/permission options=allow_once']);
    expect(stdout).toContain('cancelled');
  });
});
