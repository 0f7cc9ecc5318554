import { readFileSync } from 'node:fs';
import type { Daemon, DaemonLab } from '../../packages/server/src/e2e/testing/daemon-lab.ts';
import { openFilesOf } from '../../packages/server/src/e2e/testing/process-census.ts';

const hook = `
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const waiting = new Set();
  for (const [start, clear] of [['setTimeout', 'clearTimeout'], ['setInterval', 'clearInterval']]) {
    const [begin, end] = [globalThis[start], globalThis[clear]];
    globalThis[start] = (task, ...rest) => {
      const timer = begin((...args) => {
        if (start === 'setTimeout') waiting.delete(timer);
        task(...args);
      }, ...rest);
      waiting.add(timer);
      return timer;
    };
    globalThis[clear] = (timer) => {
      waiting.delete(timer);
      end(timer);
    };
  }
  let asked = 0;
  process.on('SIGUSR2', () => {
    for (let round = 0; round < 4; round += 1) collect();
    console.error('weighed ' + ++asked + ' ' + JSON.stringify({ ...process.memoryUsage(), timers: waiting.size }) + ';');
  });`;

/**
 * Environment of a daemon that can be weighed: it collects its garbage and counts its own timers when asked. V8 doubles its
 * young generation when it sees fit, by 130 MB in the end: that would drown what is measured.
 */
export const weighable = {
  NODE_OPTIONS: `--max-semi-space-size=16 --import=data:text/javascript,${encodeURIComponent(hook)}`,
};

/** What a daemon at rest holds. Memory in bytes. */
export interface Sample {
  readonly atSeconds: number;
  /** Sessions that came and went so far. */
  readonly lives: number;
  readonly rss: number;
  /** The part of it that no file stands behind. */
  readonly rssAnon: number;
  readonly heapUsed: number;
  /** What V8 has of the system for it. */
  readonly heapTotal: number;
  readonly external: number;
  /** Files and sockets, without those whose other end keeps them. */
  readonly handles: number;
  readonly timers: number;
  /** The daemon's children and theirs; one watches over the others. */
  readonly processes: number;
}

/** Weighs a daemon for the `nth` time, counted from 1. */
export async function weigh(
  lab: DaemonLab,
  daemon: Daemon,
  nth: number,
): Promise<Omit<Sample, 'atSeconds' | 'lives'>> {
  daemon.child.kill('SIGUSR2');
  const text = await daemon.output(new RegExp(`weighed ${nth} .*;`));
  const { heapUsed, heapTotal, external, timers } = JSON.parse(
    new RegExp(`weighed ${nth} (.*);`).exec(text)?.[1] ?? '{}',
  );
  const status = readFileSync(`/proc/${daemon.pid}/status`, 'utf8');
  const children = readFileSync(`/proc/${daemon.pid}/task/${daemon.pid}/children`, 'utf8');
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1_024;
  return {
    rss: bytes('VmRSS'),
    rssAnon: bytes('RssAnon'),
    heapUsed,
    heapTotal,
    external,
    handles: openFilesOf(daemon.pid),
    timers,
    processes: new Set([...children.split(' ').filter(Boolean).map(Number), ...lab.descendants()]).size,
  };
}
