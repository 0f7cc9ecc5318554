import { setTimeout as pause } from 'node:timers/promises';
import type { Mode } from './options.ts';
import type { Scene } from './scene.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Stage } from './stage.ts';

/** What the killer needs to know. */
export interface KillPlan {
  readonly kills: number;
  readonly mode: Mode;
  readonly random: SeededRandom;
  readonly onKill: (nth: number) => void;
}

/** Ends daemons and agents at moments of its choice; a daemon always stands again afterwards. */
export async function killAway(stage: Stage, scene: Scene, plan: KillPlan): Promise<void> {
  const { kills, mode, random, onKill } = plan;
  for (let nth = 1; nth <= kills; nth += 1) {
    // Often while agents still start, more often while turns run.
    await pause(random.chance(0.4) ? random.between(30, 500) : random.between(500, 1_400));
    const victim =
      mode === 'both'
        ? random.weighted({ daemon: 2, agent: 2, everything: 1 })
        : (mode as Exclude<Mode, 'both'>);
    switch (victim) {
      case 'agent':
        killAgent(stage, random);
        break;
      case 'everything':
        killAgent(stage, random);
        await killDaemon(stage, random);
        break;
      case 'daemon':
        await killDaemon(stage, random);
        break;
      case 'term':
        await stopDaemon(stage, scene);
        break;
      default:
        victim satisfies never;
    }
    onKill(nth);
  }
}

function killAgent(stage: Stage, random: SeededRandom): void {
  const pid = random.pick(stage.agents());
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}

/** Every fifth time the next daemon does not get to the end of its start either. */
async function killDaemon(stage: Stage, random: SeededRandom): Promise<void> {
  await stage.lab.kill(stage.daemon);
  while (random.chance(0.2)) {
    const { child, ended } = stage.begin();
    await Promise.race([pause(random.between(150, 700)), ended]);
    child.kill('SIGKILL');
    await ended;
  }
  await pause(random.between(0, 100));
  await stage.start();
}

async function stopDaemon(stage: Stage, { evidence }: Scene): Promise<void> {
  const { code, signal } = await stage.lab.stop(stage.daemon);
  if (code !== 0) evidence.incidents.push(`SIGTERM ended the daemon with ${code ?? signal}`);
  const left = stage.agents();
  if (left.length > 0) evidence.incidents.push(`SIGTERM left ${left.join(', ')} running`);
  await stage.start();
}
