import type { Row } from '../row.ts';
import type { Target } from '../target.ts';

/** How long a probed daemon kept everybody waiting since it was told to watch itself: by the clock, and by its own work alone. */
export async function stalls(target: Target): Promise<readonly Row[]> {
  const { timeMs = Number.NaN, cpuMs = Number.NaN } = await target.ask('stall');
  const [figure, unit, goal] = ['P12', 'ms', { atMost: 20 }] as const;
  return [
    { figure, unit, what: '… longest stall meanwhile, by the clock', measured: timeMs, goal },
    { figure, unit, what: '… of its own making (CPU)', measured: cpuMs, goal },
  ];
}
