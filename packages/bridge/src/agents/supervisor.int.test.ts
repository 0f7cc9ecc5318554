import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { Clock } from '../ports/clock.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { agentsOf, findProcess, RecordingSink, scripted } from './fixtures/scripted.ts';

const open = { cwd: '/', mcpServers: [] };
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
const runs = (pid: number) => findProcess(pid) !== undefined && !findProcess(pid)?.isZombie;

const eventually = (holds: () => boolean) => vi.waitUntil(holds, { timeout: 5_000, interval: 10 });

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
    const idle: (() => void)[] = [];
    // Only the idle time-out is ours to let pass; everything else takes its time.
    const clock: Clock = {
      ...systemClock,
      after: (delayMs, task) => {
        if (delayMs !== 123_456) return systemClock.after(delayMs, task);
        const index = idle.push(task) - 1;
        return () => {
          idle[index] = () => {};
        };
      },
    };
    const agents = agentsOf(scripted(''), { clock, timeouts: { agentIdleTimeoutMs: 123_456 } });
    const first = await agents.lease('scripted', '/');
    const second = await agents.lease('scripted', '/');
    first.release();
    first.release();
    expect(idle).toHaveLength(0);
    second.release();
    expect(idle).toHaveLength(1);
    const third = await agents.lease('scripted', '/');
    idle[0]?.();
    expect((await third.connection.newSession(open, new RecordingSink())).agentSessionId).toBe('s1');
    third.release();
    idle[1]?.();
    await eventually(() => agents.processCount() === 0);
    expect(third.connection).toBe(first.connection);
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
