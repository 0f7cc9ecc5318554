import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { agentsOf, findProcess, RecordingSink, scratchFolder, scripted } from './fixtures/scripted.ts';

const open = { cwd: '/', mcpServers: [] };
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const runs = (pid: number) => findProcess(pid) !== undefined && !findProcess(pid)?.isZombie;

async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

describe('an agent that cannot start', () => {
  it('for want of its command says so, with the remedy, however often it is tried', async () => {
    const agents = agentsOf(scripted('', { command: 'no-such-agent' }));
    for (let tries = 0; tries < 10; tries += 1) {
      expect(await failure(agents.lease('scripted', '/'))).toMatchObject({
        code: 'agent_start_failed',
        message: expect.stringContaining('"no-such-agent" was not found; install it'),
        details: { agent: 'scripted', exitCode: null },
      });
    }
    expect(agents.processCount()).toBe(0);
  });

  it('because it exits at once gives its exit code and the end of its stderr', async () => {
    const agents = agentsOf(scripted(`console.error('no licence'); process.exit(3);`));
    expect(await failure(agents.lease('scripted', '/'))).toMatchObject({
      code: 'agent_start_failed',
      message: expect.stringContaining('no licence'),
      details: { agent: 'scripted', exitCode: 3, stderrTail: 'no licence\n' },
    });
  });

  it('because it prints something else fails in time, and what it printed is said', async () => {
    const code = `on('initialize', () => raw('Usage: agent [options]\\n')); console.error('hm');`;
    const agents = agentsOf(scripted(code), { timeouts: { initTimeoutMs: 300 } });
    expect(await failure(agents.lease('scripted', '/'))).toMatchObject({
      code: 'init_timeout',
      message: expect.stringContaining('Usage: agent [options]'),
      details: { timeoutMs: 300, stderrTail: 'hm\n' },
    });
    expect(agents.processCount()).toBe(0);
  });

  it('because it refuses initialize, or speaks another version', async () => {
    const refusing = agentsOf(scripted(`on('initialize', (m) => refuse(m, -32603));`));
    expect(await failure(refusing.lease('scripted', '/'))).toMatchObject({
      code: 'agent_start_failed',
      details: { agentCode: -32_603 },
    });
    const future = agentsOf(scripted(`on('initialize', (m) => answer(m, { protocolVersion: 9 }));`));
    expect(await failure(future.lease('scripted', '/'))).toMatchObject({ code: 'agent_start_failed' });
  });

  it('in a folder that is not there names the folder', async () => {
    const agents = agentsOf(scripted(''));
    expect(await failure(agents.lease('scripted', '/no/such/folder'))).toMatchObject({
      code: 'agent_start_failed',
      message: expect.stringContaining('"/no/such/folder" does not exist'),
    });
  });

  it('fails all who wait for it, and the next try starts anew', async () => {
    const flag = `${scratchFolder()}/second`;
    const agents = agentsOf(
      scripted(`const fs = process.getBuiltinModule('fs');
        if (!fs.existsSync('${flag}')) { fs.writeFileSync('${flag}', ''); process.exit(1); }`),
    );
    const failures = await Promise.all([1, 2, 3].map(() => failure(agents.lease('scripted', '/'))));
    expect(failures).toMatchObject(Array(3).fill({ code: 'agent_start_failed' }));
    expect((await agents.lease('scripted', '/')).connection.pid).toBeGreaterThan(0);
  });

  it('again and again has to wait before it is tried once more', async () => {
    const agents = agentsOf(scripted('process.exit(1);'), {
      restartLimits: { quickLifeMs: 60_000, forgivenCrashes: 2, backoffMs: 60_000, maxBackoffMs: 60_000 },
    });
    await failure(agents.lease('scripted', '/'));
    await failure(agents.lease('scripted', '/'));
    expect(await failure(agents.lease('scripted', '/'))).toMatchObject({
      code: 'agent_start_failed',
      details: { quickCrashes: 2, retryAfterMs: expect.any(Number) },
    });
    expect(await failure(agents.lease('scripted', '/tmp'))).not.toMatchObject({
      details: { quickCrashes: 2 },
    });
  });

  it('is unknown when nothing of that name is configured', async () => {
    expect(await failure(agentsOf(scripted('')).lease('other', '/'))).toMatchObject({
      code: 'agent_not_found',
    });
  });
});

describe('a process', () => {
  it('is shared by everybody in a workspace, also while it starts, and by nobody outside it', async () => {
    const agents = agentsOf(scripted(''));
    const [first, second, other] = await Promise.all(
      ['/', '/', '/tmp'].map((root) => agents.lease('scripted', root)),
    );
    expect(first?.connection).toBe(second?.connection);
    expect(first?.connection).not.toBe(other?.connection);
    expect(agents.processCount()).toBe(2);
  });

  it('is never shared under isolation by session', async () => {
    const agents = agentsOf(scripted('', { isolation: 'session' }));
    const [first, second] = await Promise.all([1, 2].map(() => agents.lease('scripted', '/')));
    expect(first?.connection.pid).not.toBe(second?.connection.pid);
  });

  it('stops when nobody has held it for the idle time-out, not before', async () => {
    const agents = agentsOf(scripted(''), { timeouts: { agentIdleTimeoutMs: 50 } });
    const first = await agents.lease('scripted', '/');
    const second = await agents.lease('scripted', '/');
    first.release();
    first.release();
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(second.connection.exit).toBeUndefined();
    second.release();
    const third = await agents.lease('scripted', '/');
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(third.connection).toBe(first.connection);
    expect(third.connection.exit).toBeUndefined();
    third.release();
    await eventually(() => agents.processCount() === 0);
    expect(third.connection.exit).toMatchObject({ exitCode: 0 });
  });

  it('stops at once when the idle time-out is 0', async () => {
    const agents = agentsOf(scripted(''), { timeouts: { agentIdleTimeoutMs: 0 } });
    const lease = await agents.lease('scripted', '/');
    lease.release();
    const next = await agents.lease('scripted', '/');
    expect(next.connection.pid).not.toBe(lease.connection.pid);
    await eventually(() => lease.connection.exit !== undefined);
  });

  it('that is retired by its only holder is killed now', async () => {
    const agents = agentsOf(
      scripted(`on('eof', () => true); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`),
    );
    const lease = await agents.lease('scripted', '/');
    lease.retire();
    await eventually(() => lease.connection.exit !== undefined);
    expect(lease.connection.exit?.signal).toBe('SIGKILL');
    await eventually(() => agents.processCount() === 0);
  });

  it('that is retired serves its other holders to their end, and takes no new ones', async () => {
    const agents = agentsOf(scripted(''));
    const [first, second] = [await agents.lease('scripted', '/'), await agents.lease('scripted', '/')];
    first.retire();
    const third = await agents.lease('scripted', '/');
    expect(third.connection).not.toBe(first.connection);
    first.release();
    const answer = await second.connection.newSession(open, new RecordingSink());
    expect(answer.agentSessionId).toBe('s1');
    second.release();
    await eventually(() => second.connection.exit !== undefined);
    expect(third.connection.exit).toBeUndefined();
  });

  it('that dies is replaced by the next lease', async () => {
    const agents = agentsOf(scripted(''));
    const first = await agents.lease('scripted', '/');
    process.kill(first.connection.pid, 'SIGKILL');
    await eventually(() => first.connection.exit !== undefined);
    const second = await agents.lease('scripted', '/');
    expect(second.connection.pid).not.toBe(first.connection.pid);
    expect(await failure(first.connection.newSession(open, new RecordingSink()))).toMatchObject({
      code: 'agent_exited',
      details: { signal: 'SIGKILL' },
    });
  });

  it('that closes its output, and so can say no more, is stopped', async () => {
    const agents = agentsOf(
      scripted(`on('session/prompt', () => { process.stdout.end(); require = 0; });
      on('session/new', () => { process.getBuiltinModule('fs').closeSync(1); setInterval(() => {}, 1000); });`),
    );
    const lease = await agents.lease('scripted', '/');
    expect(await failure(lease.connection.newSession(open, new RecordingSink()))).toMatchObject({
      code: 'agent_exited',
    });
  });

  it.runIf(process.platform === 'linux')('sees the variables it may, its own, and no others', async () => {
    const environment = {
      ...process.env,
      LC_ALL: 'C',
      https_proxy: 'p',
      KEY: 'k',
      SECRET: 's',
      TERM: 'dumb',
      XDG_X: 'x',
    };
    const agents = agentsOf(scripted('', { env: { OWN: '1', TERM: null }, passEnv: ['KEY'] }), {
      environment,
    });
    const { connection } = await agents.lease('scripted', '/');
    const names = readFileSync(`/proc/${connection.pid}/environ`, 'utf8')
      .split('\0')
      .map((entry) => entry.split('=')[0]);
    expect(names).toEqual(
      expect.arrayContaining([
        'PATH',
        'LC_ALL',
        'https_proxy',
        'KEY',
        'OWN',
        'XDG_X',
        'HOLDFAST_AGENT_MARKER',
      ]),
    );
    expect(names).not.toContain('SECRET');
    expect(names).not.toContain('TERM');
  });
});

describe('closing', () => {
  it('while an agent starts kills it, fails who waits, and refuses who comes later', async () => {
    const agents = agentsOf(
      scripted(`on('initialize', () => {}); on('eof', () => true); setInterval(() => {}, 1000);`),
    );
    const waiting = failure(agents.lease('scripted', '/'));
    await eventually(() => agents.processCount() === 1);
    await agents.close();
    expect(await waiting).toBeDefined();
    expect(agents.processCount()).toBe(0);
    expect(await failure(agents.lease('scripted', '/'))).toMatchObject({ code: 'shutting_down' });
  });

  it('leaves no process of many', async () => {
    const agents = agentsOf(scripted('', { isolation: 'session' }));
    const leases = await Promise.all([1, 2, 3].map(() => agents.lease('scripted', '/')));
    await agents.close();
    expect(leases.map(({ connection }) => runs(connection.pid))).toEqual([false, false, false]);
  });
});
