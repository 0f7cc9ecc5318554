import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { findProcess, findProcesses } from './process-table.ts';
import { keepSpareDescriptor } from './spare-descriptor.ts';

const hasPrlimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;

it.runIf(hasPrlimit)(
  `finds processes with no descriptor left but the spare one${hasPrlimit ? '' : ' [skipped: no prlimit]'}`,
  async () => {
    const child = spawn('sleep', ['600'], {
      stdio: 'ignore',
      env: { ...process.env, HOLDFAST_TABLE: 'abc' },
    });
    await once(child, 'spawn');
    const release = keepSpareDescriptor();
    const held: number[] = [];
    const limitTo = (soft: number) =>
      spawnSync('prlimit', ['--pid', String(process.pid), `--nofile=${soft}:`]).status;
    onTestFinished(() => {
      for (const descriptor of held) closeSync(descriptor);
      limitTo(1024);
      child.kill('SIGKILL');
      release();
    });
    limitTo(200);
    expect(() => {
      for (;;) held.push(openSync('/dev/null', 'r'));
    }).toThrow(/EMFILE/);
    const query = {
      groupId: undefined,
      marker: 'HOLDFAST_TABLE=abc',
      since: findProcess(process.pid)?.startTime,
    };
    expect(await findProcesses(query)).toEqual([child.pid]);
    expect(await findProcesses(query)).toEqual([child.pid]);
  },
);
