import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../packages/server/src/e2e/testing/until.ts';
import type { Mode } from './options.ts';
import type { Scene } from './scene.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Stage } from './stage.ts';

/** However little gets done, the next kill comes. */
const patienceMs = 5_000;

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
    await moment(scene, random);
    // A process that lives too short too often is not started at once: that is not what is to be seen here.
    if (mode === 'agent') await pause(1_000);
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

/** Often soon, while agents still start; more often in the midst of work, however fast the machine is. */
async function moment(scene: Scene, random: SeededRandom): Promise<void> {
  const calls = scene.calls + random.between(5, 50);
  if (random.chance(0.6)) await until(() => scene.calls >= calls, patienceMs).catch(() => {});
  await pause(random.between(10, 400));
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
