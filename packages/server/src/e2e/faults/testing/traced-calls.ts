import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Daemon } from '../../testing/daemon-lab.ts';

/** Why the system calls of a running process cannot be watched here; undefined where they can. */
export const whyNoTrace: string | undefined = (() => {
  if (process.platform !== 'linux') return 'strace is for Linux';
  const { error, status, stderr } = spawnSync('strace', ['-f', '-e', 'trace=none', process.execPath, '-v']);
  if (error !== undefined) return 'strace is not installed';
  return status === 0 ? undefined : `strace may not watch here: ${stderr}`;
})();

/** The name of a test that watches system calls: where it cannot it says why it is skipped. */
export const whileTraced = (name: string): string =>
  whyNoTrace === undefined ? name : `${name} [skipped: ${whyNoTrace}]`;

/** A system call, as strace prints it. */
export interface Call {
  readonly thread: string;
  readonly name: string;
  readonly given: string;
  /** Its place among all beginnings and ends of calls. */
  readonly beganAt: number;
  readonly endedAt: number;
}

/** Looks over a daemon's shoulder, and may meddle: `inject` is strace's, as in "fdatasync:error=EIO". */
export async function traced(
  { ready }: Daemon,
  { calls, inject }: { readonly calls: string; readonly inject?: string },
) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-trace-'));
  const file = join(folder, 'calls');
  const meddling = inject === undefined ? [] : ['-e', `inject=${inject}`];
  // -y names the file behind each descriptor; a page of the log is shown whole.
  const shown = ['-f', '-y', '-s', '5000', '-e', 'signal=none', '-e', `trace=${calls}`, ...meddling];
  const tracer = spawn('strace', [...shown, '-o', file, '-p', String(ready.pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(tracer, 'exit');
  const stop = async () => {
    if (tracer.exitCode === null && tracer.signalCode === null) tracer.kill('SIGINT');
    await ended;
  };
  onTestFinished(async () => {
    await stop();
    rmSync(folder, { recursive: true });
  });
  const attached = new Promise<void>((resolve, reject) => {
    let heard = '';
    tracer.stderr.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
      if (heard.includes('attached')) resolve();
    });
    ended.then(() => reject(new Error(`strace ended: ${heard}`)));
  });
  await attached;
  return {
    /** Lets the daemon go on by itself; gives what it did until then, in the order the calls began. */
    async stop(): Promise<readonly Call[]> {
      await stop();
      return callsIn(readFileSync(file, 'utf8'));
    },
  };
}

function callsIn(trace: string): readonly Call[] {
  const open = new Map<string, Omit<Call, 'endedAt'>>();
  const calls: Call[] = [];
  for (const [at, line] of trace.split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const [, name, given = ''] = /^(\w+)\((.*)$/.exec(rest) ?? [];
    if (name !== undefined) {
      const call = { thread, name, given, beganAt: at };
      if (rest.endsWith('<unfinished ...>')) open.set(thread, call);
      else calls.push({ ...call, endedAt: at });
      continue;
    }
    const begun = open.get(thread);
    if (!rest.startsWith('<... ') || begun === undefined) continue;
    calls.push({ ...begun, endedAt: at });
    open.delete(thread);
  }
  return calls.sort((one, other) => one.beganAt - other.beganAt);
}
