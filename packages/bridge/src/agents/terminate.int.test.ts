import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { agentsOf, findProcess, RecordingSink, scratchFolder, scripted } from './fixtures/scripted.ts';

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
  /** Runs a daemon of its own with one agent, kills it, and gives the pids it left to itself. */
  async function crashedDaemon(stateDir: string, code: string, path: string) {
    const host = fileURLToPath(new URL('fixtures/crashing-host.ts', import.meta.url));
    const daemon = spawn(process.execPath, ['--conditions=holdfast-source', host, stateDir, code, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [told] = await once(daemon.stdout, 'data');
    const pids: number[] = JSON.parse(String(told));
    daemon.kill('SIGKILL');
    await once(daemon, 'exit');
    onTestFinished(() => {
      for (const pid of pids.filter(runs)) process.kill(pid, 'SIGKILL');
    });
    return pids;
  }

  const deaf = `on('eof', () => true); setInterval(() => {}, 1000);`;

  it('the next one kills what it left before it starts an agent, and forgets the record', async () => {
    const stateDir = scratchFolder();
    // Without setpriv on the PATH, nothing but the sweep can find the leader.
    const pids = await crashedDaemon(
      stateDir,
      `${deaf} grandchild({ detached: true, stdio: 'ignore' });`,
      '/nowhere',
    );
    expect(pids).toHaveLength(2);
    expect(pids.every(runs)).toBe(true);
    const agents = agentsOf(scripted(''), { stateDir });
    await agents.lease('scripted', '/');
    expect(pids.filter(runs)).toEqual([]);
    expect(readdirSync(join(stateDir, 'agents'))).toHaveLength(1);
  });

  it.runIf(process.platform === 'linux')('its agents die with it where setpriv exists', async () => {
    const [pid = 0] = await crashedDaemon(scratchFolder(), deaf, process.env['PATH'] ?? '');
    await vi.waitUntil(() => !runs(pid), { timeout: 5_000, interval: 10 });
  });

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
