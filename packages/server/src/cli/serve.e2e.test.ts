import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { childrenOf, HoldfastSandbox, isAlive } from './testing/holdfast-process.ts';

let sandbox: HoldfastSandbox;
beforeEach(() => {
  sandbox = new HoldfastSandbox();
});
afterEach(() => sandbox.close());

const mode = (path: string) => statSync(path).mode & 0o777;
const inState = (name: string) => join(sandbox.stateDir, name);

describe('a daemon that is ready', () => {
  test('says so in exactly one line of JSON, answers, and can be found through its state directory', async () => {
    const daemon = await sandbox.serve();
    const { url, pid, tokenFile } = daemon.ready;
    expect(Object.keys(daemon.ready)).toEqual(['url', 'pid', 'tokenFile']);
    expect(pid).toBe(daemon.pid);
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' });
    expect((await fetch(`${url}/capabilities`)).status).toBe(401);
    const headers = { authorization: `Bearer ${daemon.token()}` };
    expect((await fetch(`${url}/capabilities`, { headers })).status).toBe(200);
    expect(JSON.parse(readFileSync(inState('daemon.json'), 'utf8'))).toEqual({ url, pid, tokenFile });
    expect([mode(sandbox.stateDir), mode(tokenFile), mode(inState('daemon.json'))]).toEqual([
      0o700, 0o600, 0o600,
    ]);
    daemon.child.kill('SIGTERM');
    expect((await daemon.ended).stdout.split('\n')).toHaveLength(2);
  });

  test('tells a person where it is, where the token is, what to type first, and when it tidies up', async () => {
    const env = { HOLDFAST_INVOKED_AS: 'npm run -s holdfast --', HOLDFAST_SESSION_IDLE_TIMEOUT_MS: '0' };
    const daemon = sandbox.start(['serve', '--port', '0'], { env });
    const text = await daemon.output(/Ctrl-C/);
    expect(text).toMatch(/listens on http:\/\/127\.0\.0\.1:\d+\n/);
    expect(text).toContain(inState('token'));
    expect(text).toContain(`npm run -s holdfast -- run --state-dir ${sandbox.stateDir} "`);
    expect(text).toContain('demo (default)');
    expect(text).toContain('unused sessions never close by themselves; an agent process');
    expect(text).toContain('stops after 1 min');
  });

  test('keeps its token over a restart', async () => {
    const first = await sandbox.serve();
    const token = first.token();
    first.child.kill('SIGTERM');
    await first.ended;
    expect((await sandbox.serve()).token()).toBe(token);
  });
});

describe('a daemon that is stopped', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s ends cleanly and leaves no agent behind',
    async (signal) => {
      const daemon = await sandbox.serve();
      expect(await sandbox.run(['run', 'hello'])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('hello'),
      });
      const agents = childrenOf(daemon.pid);
      expect(agents).not.toEqual([]);
      daemon.child.kill(signal);
      expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
      expect(agents.filter(isAlive)).toEqual([]);
      expect([existsSync(inState('daemon.json')), existsSync(inState('lock.owner'))]).toEqual([false, false]);
    },
  );

  test('by one Ctrl-C that arrives twice still ends cleanly', async () => {
    const daemon = await sandbox.serve();
    daemon.child.kill('SIGINT');
    daemon.child.kill('SIGINT');
    expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
  });

  test('twice, while a turn ignores it, ends at once and leaves no agent behind', async () => {
    const daemon = await sandbox.serve(['--drain-timeout-ms', '600000']);
    await sandbox.start(['run', '/ignore-cancel\n/say begun\n/sleep ms=600000']).output(/begun/);
    const agents = childrenOf(daemon.pid);
    expect(agents).not.toEqual([]);
    daemon.child.kill('SIGTERM');
    await daemon.output(/"stopping; prompts under way: 1/);
    const insist = setInterval(() => daemon.child.kill('SIGTERM'), 100);
    // One that came while the process ends would end it by itself.
    await daemon.output(/stopping now/);
    clearInterval(insist);
    const { code } = await daemon.ended;
    expect(code).toBe(1);
    await expect.poll(() => agents.filter(isAlive)).toEqual([]);
  });

  test('by a fault nobody caught says which, fails, and leaves no agent behind', async () => {
    const fault = "process.on('SIGUSR2', () => { throw new Error('deliberate fault'); })";
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` };
    const daemon = await sandbox.serve([], env);
    expect(await sandbox.run(['run', 'hello'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('hello'),
    });
    const agents = childrenOf(daemon.pid);
    expect(agents).not.toEqual([]);
    daemon.child.kill('SIGUSR2');
    expect(await daemon.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('deliberate fault'),
    });
    expect(agents.filter(isAlive)).toEqual([]);
    expect(existsSync(inState('daemon.json'))).toBe(false);
  });

  test('by SIGKILL leaves a directory that the next one takes over', async () => {
    const first = await sandbox.serve();
    first.child.kill('SIGKILL');
    await first.ended;
    expect(existsSync(inState('daemon.json'))).toBe(true);
    const second = await sandbox.serve();
    expect(JSON.parse(readFileSync(inState('daemon.json'), 'utf8')).pid).toBe(second.pid);
  });
});

describe('a start that cannot be', () => {
  test('on a state directory in use names the owner, its address and the remedy', async () => {
    const { ready } = await sandbox.serve();
    const { code, stdout, stderr } = await sandbox.run(['serve', '--port', '0', '--json']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`is used by process ${ready.pid}, which listens on ${ready.url}\n`);
    expect(stderr).toContain('--state-dir');
    expect((await fetch(`${ready.url}/health`)).status).toBe(200);
  });

  test('on a port in use says so and leaves the directory free', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, stderr } = await sandbox.run(['serve', '--port', String(port)]);
    blocker.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`holdfast: 127.0.0.1:${port} is in use\n  stop what listens there`);
    expect(existsSync(inState('daemon.json'))).toBe(false);
    await sandbox.serve();
  });

  test.each([
    [['--prot', '1'], 'did you mean --port?'],
    [['--port', '65536'], '--port must be a whole number of port from 0 to 65535; got "65536"'],
    [['--max-sessions', '1.5'], '--max-sessions must be'],
    [['--no-auth', '--host', '0.0.0.0'], '--no-auth is for loopback only'],
    [['--workspace', '/nonexistent/here'], '/nonexistent/here does not exist'],
    [['--agent', 'nameless'], "'name=command args'"],
    [['--default-agent', 'nobody'], 'nobody'],
    [['--token-file', '/nonexistent/token'], '/nonexistent/token cannot be read'],
    [['--config', 'absent.json'], 'absent.json does not exist'],
  ])('with %j is a mistake of usage, told without a stack', async (args, part) => {
    const { code, stdout, stderr } = await sandbox.run(['serve', '--json', '--port', '0', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

test('without a token on loopback, whoever asks is served', async () => {
  const daemon = await sandbox.serve(['--no-auth']);
  expect(daemon.ready.tokenFile).toBeNull();
  expect((await fetch(`${daemon.ready.url}/capabilities`)).status).toBe(200);
  expect(await sandbox.run(['run', 'hello'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('hello'),
  });
});
