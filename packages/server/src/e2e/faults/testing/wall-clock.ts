import type { Daemon } from '../../testing/daemon-lab.ts';

const hourMs = 3_600_000;

const hook = `
  const real = Date.now;
  let offset = 0;
  let turns = 0;
  Date.now = () => real() + offset;
  process.on('SIGUSR2', () => {
    offset = ++turns % 2 === 1 ? -${hourMs} : 0;
    console.error('clock ' + turns + ';');
  });`;

/** Environment of a daemon whose clock can be set; its timers run on. */
export const settableClock = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };

/** Sets a daemon's clock back by an hour, and at the next call right again; `nth` counts from 1. */
export async function turnClock({ child, output }: Daemon, nth: number): Promise<void> {
  child.kill('SIGUSR2');
  await output(new RegExp(`clock ${nth};`));
}
