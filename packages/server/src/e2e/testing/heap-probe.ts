import type { Daemon } from './daemon-lab.ts';

const probe = `
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  let asked = 0;
  process.on('SIGUSR2', () => {
    for (let round = 0; round < 4; round += 1) collect();
    console.error('heap ' + ++asked + ': ' + process.memoryUsage().heapUsed + ';');
  });`;

/** Environment of a daemon whose heap can be measured. */
export const heapProbe = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(probe)}` };

/** What a daemon started with the probe keeps in memory once its garbage is collected (bytes); `nth` counts from 1. */
export async function heapBytes({ child, output }: Daemon, nth: number): Promise<number> {
  child.kill('SIGUSR2');
  const text = await output(new RegExp(`heap ${nth}: \\d+;`));
  return Number(new RegExp(`heap ${nth}: (\\d+);`).exec(text)?.[1]);
}
