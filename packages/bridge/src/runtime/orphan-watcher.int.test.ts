import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { OrphanWatcher } from './orphan-watcher.ts';
import { findProcess } from './process-table.ts';
import { silentLogger } from './silent-logger.ts';
import { systemClock } from './system-clock.ts';

const runs = (pid: number) => findProcess(pid) !== undefined && !findProcess(pid)?.isZombie;
const gone = (pid: number) => vi.waitUntil(() => !runs(pid), { timeout: 10_000, interval: 10 });

function opened(marker = `HOLDFAST_TEST=${randomUUID()}`) {
  const watcher = new OrphanWatcher({
    marker,
    path: process.env['PATH'] ?? '',
    clock: systemClock,
    logger: silentLogger,
  });
  onTestFinished(() => watcher.close());
  watcher.start();
  return { watcher, marker, pids: () => shellsWith(marker) };
}

/** The shells that watch for a marker. */
function shellsWith(marker: string): readonly number[] {
  const isOne = (pid: number) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker) && runs(pid);
    } catch {
      // It ended meanwhile.
      return false;
    }
  };
  return readdirSync('/proc').map(Number).filter(Boolean).filter(isOne);
}

/** A process that stays until it is killed, the leader of a session of its own. */
async function sleeper(env: Readonly<Record<string, string>> = {}): Promise<ChildProcess & { pid: number }> {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore', env: { ...process.env, ...env } });
  await once(child, 'spawn');
  onTestFinished(() => void child.kill('SIGKILL'));
  return Object.assign(child, { pid: child.pid ?? 0 });
}

describe.runIf(process.platform === 'linux')('the watcher', () => {
  it('kills the groups on its list once its input ends without a word, and not those taken off', async () => {
    const { watcher, pids } = opened();
    const [kept, taken, last] = [await sleeper(), await sleeper(), await sleeper()];
    for (const { pid } of [kept, taken, last]) watcher.add(pid);
    watcher.remove(taken.pid);
    const [shell = 0] = pids();
    await watcher.close();
    await Promise.all([gone(kept.pid), gone(last.pid), gone(shell)]);
    expect(runs(taken.pid)).toBe(true);
  });

  it('finds what left its group by the environment it inherited, and nothing else', async () => {
    const { watcher, marker } = opened();
    const [name = '', value = ''] = marker.split('=');
    const leader = await sleeper();
    const strayed = await sleeper({ [name]: `${value}.7` });
    const stranger = await sleeper({ [name]: randomUUID() });
    watcher.add(leader.pid);
    await watcher.close();
    await gone(strayed.pid);
    expect(runs(stranger.pid)).toBe(true);
  });

  it('is gone once closed, and kills nothing when nothing is left on its list', async () => {
    const { watcher, marker, pids } = opened();
    const [name = '', value = ''] = marker.split('=');
    const marked = await sleeper({ [name]: value });
    watcher.add(marked.pid);
    watcher.remove(marked.pid);
    expect(pids()).toHaveLength(1);
    await watcher.close();
    await watcher.close();
    expect(pids()).toEqual([]);
    expect(runs(marked.pid)).toBe(true);
  });

  it('starts once, takes a few megabytes, and heeds no polite signal', async () => {
    const { watcher, pids } = opened();
    watcher.start();
    const shells = pids();
    expect(shells).toHaveLength(1);
    const [shell = 0] = shells;
    // It ignores signals once it reads.
    await vi.waitUntil(() => readFileSync(`/proc/${shell}/status`, 'utf8').match(/^SigIgn:\s+0*4003$/m));
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.kill(shell, signal);
    const residentKib = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${shell}/status`, 'utf8'))?.[1]);
    expect(residentKib).toBeLessThan(8_192);
    expect(pids()).toEqual(shells);
  });

  it('that was killed is replaced by the next start, which knows the list', async () => {
    const { watcher, pids } = opened();
    const kept = await sleeper();
    watcher.add(kept.pid);
    const [first = 0] = pids();
    process.kill(first, 'SIGKILL');
    await vi.waitUntil(() => {
      watcher.start();
      const [next = first] = pids();
      return next !== first;
    });
    await watcher.close();
    await gone(kept.pid);
  });
});
