import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DaemonError } from '@holdfast/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockStateDir } from './state-dir-lock.ts';

let stateDir: string;
let children: ChildProcess[];

beforeEach(() => {
  stateDir = mkdtempSync(join(realpathSync(tmpdir()), 'holdfast-lock-'));
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(stateDir, { recursive: true, force: true });
});

function refusal(): DaemonError {
  try {
    lockStateDir(stateDir, { pid: process.pid }).release();
  } catch (error) {
    if (error instanceof DaemonError) return error;
    throw error;
  }
  throw new Error('the lock was granted');
}

/** Another process that holds the lock until it dies. */
async function holder(): Promise<ChildProcess> {
  const lock = JSON.stringify(new URL('./state-dir-lock.ts', import.meta.url).href);
  const script = `import { lockStateDir } from ${lock};
    globalThis.held = lockStateDir(${JSON.stringify(stateDir)}, { pid: process.pid });
    process.stdout.write('held');
    process.stdin.resume();`;
  const flags = ['--conditions=holdfast-source', '--no-warnings', '--input-type=module'];
  const child = spawn(process.execPath, [...flags, '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

test('a second bridge on the same state directory is refused with the pid of the first', () => {
  const first = lockStateDir(stateDir, { pid: process.pid });
  const error = refusal();
  expect(error.code).toBe('state_dir_in_use');
  expect(error.details).toEqual({ stateDir, pid: process.pid });
  expect(error.message).toContain(`process ${process.pid}`);
  first.release();
});

test('a released directory can be taken again, and releasing twice disturbs nobody', () => {
  const first = lockStateDir(stateDir, { pid: 1 });
  first.release();
  const second = lockStateDir(stateDir, { pid: 2 });
  first.release();
  expect(refusal().details).toEqual({ stateDir, pid: 2 });
  second.release();
});

test('another process is kept out while the owner lives', async () => {
  const child = await holder();
  expect(refusal().details).toEqual({ stateDir, pid: child.pid });
});

test('a directory whose owner was killed is free at once', async () => {
  const child = await holder();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(existsSync(join(stateDir, 'lock.owner'))).toBe(true);
  const lock = lockStateDir(stateDir, { pid: process.pid });
  expect(refusal().details).toEqual({ stateDir, pid: process.pid });
  lock.release();
});

test('a directory that cannot be written says so instead of claiming an owner', () => {
  rmSync(stateDir, { recursive: true });
  expect(refusal().code).toBe('state_unreadable');
});
