import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { silentLogger } from '../runtime/silent-logger.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { agentsOf, findProcess, RecordingSink, scratchFolder, scripted } from './fixtures/scripted.ts';
import { markerVariable } from './process-ledger.ts';
import { killRemains } from './terminate.ts';

const graces = { eofGraceMs: 150, termGraceMs: 150 };
const open = { cwd: '/', mcpServers: [] };
const runs = (pid: number) => findProcess(pid) !== undefined && !findProcess(pid)?.isZombie;

/** The pids an agent's grandchildren told on stderr. */
const pidsIn = (stderr: string) => [...stderr.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));

async function start(code: string) {
  const stateDir = scratchFolder();
  const agents = agentsOf(scripted(code), { stateDir, graces });
  const { connection } = await agents.lease('scripted', '/');
  const sink = new RecordingSink();
  await connection.newSession(open, sink);
  return { agents, connection, sink, ledger: join(stateDir, 'agents') };
}

describe('closing the agents', () => {
  it('leaves an agent that heeds the end of its input time to leave by itself', async () => {
    const { agents, sink } = await start(
      `on('eof', () => { update('s1', 'bye'); setTimeout(() => process.exit(5), 20); return true; });`,
    );
    await agents.close();
    expect(sink.heard).toEqual(['bye', 'exited']);
    expect(sink.exit?.exitCode).toBe(5);
  });

  it('sends TERM to one that ignores the end of its input', async () => {
    const { agents, sink } = await start(`on('eof', () => true); setInterval(() => {}, 1000);`);
    await agents.close();
    expect(sink.exit?.signal).toBe('SIGTERM');
  });

  it('kills one that ignores TERM as well', async () => {
    const { agents, connection, sink } = await start(
      `on('eof', () => true); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`,
    );
    await agents.close();
    expect(sink.exit?.signal).toBe('SIGKILL');
    expect(runs(connection.pid)).toBe(false);
  });

  it('leaves no grandchild, be it in the group or in a session of its own', async () => {
    const { agents, sink, ledger } = await start(
      `grandchild({ detached: false, stdio: 'inherit' }); grandchild(); grandchild({ detached: true, stdio: 'ignore' });`,
    );
    expect(readdirSync(ledger)).toHaveLength(1);
    await agents.close();
    const pids = pidsIn(sink.exit?.stderrTail ?? '');
    expect(pids).toHaveLength(3);
    expect(pids.filter(runs)).toEqual([]);
    expect(readdirSync(ledger)).toEqual([]);
    expect(agents.processCount()).toBe(0);
  });
});

describe('killing what is left', () => {
  it('goes on while others come after those killed; time in which we stood still does not count', async () => {
    const marker = randomUUID();
    let isOver = false;
    const live = (left: number) => {
      if (left === 0 || isOver) return;
      const env = { ...process.env, [markerVariable]: marker };
      const child = spawn('sleep', ['600'], { stdio: 'ignore', env });
      child.on('exit', () => live(left - 1));
      onTestFinished(() => {
        isOver = true;
        child.kill('SIGKILL');
      });
    };
    live(4);
    let stoodStillMs = 0;
    const clock = {
      ...systemClock,
      elapsedMs: () => {
        stoodStillMs += 60_000;
        return systemClock.elapsedMs() + stoodStillMs;
      },
    };
    const startTime = findProcess(process.pid)?.startTime;
    expect(await killRemains({ groupId: undefined, startTime, marker }, clock, silentLogger)).toBe(true);
  });
});

describe('an agent that is killed', () => {
  it('takes its grandchildren along, and its end is told at once although they held its output open', async () => {
    const { agents, connection, sink } = await start('grandchild();');
    process.kill(connection.pid, 'SIGKILL');
    await sink.until(({ exit }) => exit !== undefined);
    await agents.close();
    expect(pidsIn(sink.exit?.stderrTail ?? '').filter(runs)).toEqual([]);
  });
});

describe('after a daemon was killed', () => {
  /** Runs a daemon of its own with one agent. */
  async function startedDaemon(stateDir: string, code: string, path: string) {
    const host = fileURLToPath(new URL('fixtures/crashing-host.ts', import.meta.url));
    const daemon = spawn(process.execPath, ['--conditions=holdfast-source', host, stateDir, code, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [told] = await once(daemon.stdout, 'data');
    const pids: number[] = JSON.parse(String(told));
    onTestFinished(() => {
      daemon.kill('SIGKILL');
      for (const pid of pids.filter(runs)) process.kill(pid, 'SIGKILL');
    });
    const watcher = watcherOf(daemon.pid ?? 0);
    const kill = async () => {
      daemon.kill('SIGKILL');
      await once(daemon, 'exit');
    };
    return { daemon, pids, watcher, kill };
  }

  /** The shell beside a daemon that outlives it. */
  function watcherOf(daemonPid: number): number {
    const children = readFileSync(`/proc/${daemonPid}/task/${daemonPid}/children`, 'utf8');
    const isWatcher = (pid: number) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('holdfast-orphan-watcher');
    return children.split(' ').filter(Boolean).map(Number).find(isWatcher) ?? 0;
  }

  const gone = (pids: readonly number[]) =>
    vi.waitUntil(() => !pids.some(runs), { timeout: 10_000, interval: 10 });

  const deaf = `on('eof', () => true); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`;
  const deafWithAway = `${deaf} grandchild({ detached: true, stdio: 'ignore' });`;

  it('the next one kills what it left before it starts an agent, and forgets the record', async () => {
    const stateDir = scratchFolder();
    // Without setpriv on the PATH, and without the watcher, nothing but the sweep can find the leader.
    const { daemon, pids, watcher, kill } = await startedDaemon(stateDir, deafWithAway, '/nowhere');
    daemon.kill('SIGSTOP');
    process.kill(watcher, 'SIGKILL');
    await kill();
    expect(pids).toHaveLength(2);
    expect(pids.every(runs)).toBe(true);
    const agents = agentsOf(scripted(''), { stateDir });
    await agents.lease('scripted', '/');
    expect(pids.filter(runs)).toEqual([]);
    expect(readdirSync(join(stateDir, 'agents'))).toHaveLength(1);
  });

  it.runIf(process.platform === 'linux')('its agents die with it where setpriv exists', async () => {
    const { daemon, pids, watcher, kill } = await startedDaemon(
      scratchFolder(),
      deaf,
      process.env['PATH'] ?? '',
    );
    daemon.kill('SIGSTOP');
    process.kill(watcher, 'SIGKILL');
    await kill();
    await gone(pids);
  });

  it.runIf(process.platform === 'linux')(
    'they and what they started end although no daemon comes back, and so does the watcher that saw to it',
    async () => {
      const { pids, watcher, kill } = await startedDaemon(scratchFolder(), deafWithAway, '/nowhere');
      expect(pids).toHaveLength(2);
      expect(runs(watcher)).toBe(true);
      await kill();
      await gone([...pids, watcher]);
    },
  );

  it.runIf(process.platform === 'linux')(
    'the watcher touches nothing that another daemon started on the same directory',
    async () => {
      const stateDir = scratchFolder();
      const { daemon, watcher, kill } = await startedDaemon(stateDir, deaf, '/nowhere');
      process.kill(watcher, 'SIGSTOP');
      await kill();
      const agents = agentsOf(scripted(deaf), { stateDir, graces });
      const { connection } = await agents.lease('scripted', '/');
      process.kill(watcher, 'SIGCONT');
      await gone([watcher]);
      expect(daemon.exitCode ?? daemon.signalCode).toBe('SIGKILL');
      expect(runs(connection.pid)).toBe(true);
    },
  );

  it('nobody is killed on the word of a record whose process is another now', async () => {
    const stateDir = scratchFolder();
    mkdirSync(join(stateDir, 'agents'));
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      detached: true,
      stdio: 'ignore',
    });
    onTestFinished(() => void bystander.kill('SIGKILL'));
    const marker = '6f1f0f6e-0000-4000-8000-000000000000';
    const record = { marker, agent: 'a', workspace: '/', pid: bystander.pid, startTime: '1', bootId: 'x' };
    writeFileSync(join(stateDir, 'agents', `${marker}.json`), JSON.stringify(record));
    const agents = agentsOf(scripted(''), { stateDir });
    await agents.lease('scripted', '/');
    expect(runs(bystander.pid ?? 0)).toBe(true);
  });
});
