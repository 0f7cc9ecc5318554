import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from './command-table.ts';
import { HoldfastSandbox } from './testing/holdfast-process.ts';

let sandbox: HoldfastSandbox;
beforeEach(() => {
  sandbox = new HoldfastSandbox();
});
afterEach(() => sandbox.close());

test.each(Object.keys(commands))('%s --help shows how to use it', async (name) => {
  const { code, stdout, stderr } = await sandbox.run([...name.split(' '), '--help']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`Usage: holdfast ${name}`);
});

test('the version is that of the package, alone on its line', async () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(await sandbox.run(['--version'])).toMatchObject({
    code: 0,
    stdout: `${manifest.version}\n`,
    stderr: '',
  });
});

describe('compiled code', () => {
  const version = (cacheHome: string) =>
    sandbox.run(['--version'], { env: { NODE_COMPILE_CACHE: undefined, XDG_CACHE_HOME: cacheHome } });

  test('is kept for the next start', async () => {
    const { code, stdout } = await version(sandbox.folder);
    expect(code).toBe(0);
    expect(readdirSync(join(sandbox.folder, 'holdfast'))).not.toEqual([]);
    expect(await version(sandbox.folder)).toMatchObject({ code: 0, stdout, stderr: '' });
  });

  test('is made anew where nothing can be kept', async () => {
    const file = join(sandbox.folder, 'file');
    writeFileSync(file, '');
    expect(await version(file)).toMatchObject({ code: 0, stderr: '' });
  });
});

test('an unknown command is a mistake of usage', async () => {
  const { code, stdout, stderr } = await sandbox.run(['srve']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toBe('holdfast: srve is not a command: did you mean serve?\n  holdfast help lists them\n');
});

test('a reader that leaves early is no failure', async () => {
  const help = sandbox.start(['help', 'serve']);
  help.child.stdout?.destroy();
  expect((await help.ended).code).toBe(0);
});

test('demo-agent speaks ACP on stdin and stdout', async () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: 1, clientCapabilities: {} },
  };
  const { code, stdout } = await sandbox.run(['demo-agent'], { input: `${JSON.stringify(initialize)}\n` });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ id: 1, result: { protocolVersion: 1 } });
});

describe('doctor', () => {
  const findings = async (args: readonly string[] = []) => {
    const { code, stdout } = await sandbox.run(['doctor', '--json', ...args]);
    const { findings } = JSON.parse(stdout) as {
      findings: { topic: string; status: string; remedy?: string }[];
    };
    const of = (topic: string) => findings.find((finding) => finding.topic === topic);
    return { code, of };
  };

  test('finds the demo agent, says how to get those that are missing, and is content', async () => {
    const { code, of } = await findings(['--port', '0']);
    expect(of('agent demo')).toMatchObject({ status: 'ok' });
    expect(code).toBe(0);
    const missing = of('agent qwen');
    if (missing?.status === 'missing') expect(missing.remedy).toContain('npm install');
  });

  test('fails for a configured agent that is not there', async () => {
    const { code, of } = await findings(['--port', '0', '--agent', 'mine=/nonexistent/agent']);
    expect([code, of('agent mine')?.status]).toEqual([1, 'broken']);
  });

  test('sees the daemon that runs, and a token that others can read', async () => {
    const daemon = await sandbox.serve();
    expect((await findings()).of('daemon')).toMatchObject({ status: 'ok' });
    chmodSync(join(sandbox.stateDir, 'token'), 0o644);
    expect((await findings()).of('token')).toMatchObject({
      status: 'broken',
      remedy: expect.stringContaining('chmod 600'),
    });
    daemon.child.kill('SIGTERM');
    expect((await daemon.ended).code).toBe(0);
  });

  test('says what is wrong with a configuration', async () => {
    const { code, of } = await findings(['--port', 'x']);
    expect([code, of('configuration')?.status]).toEqual([1, 'broken']);
  });
});
