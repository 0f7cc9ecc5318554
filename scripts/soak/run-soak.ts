import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Daemon, DaemonLab } from '../../packages/server/src/e2e/testing/daemon-lab.ts';
import { isLookingAtProcesses } from '../../packages/server/src/e2e/testing/process-census.ts';
import { until, untilNone } from '../../packages/server/src/e2e/testing/until.ts';
import { seededRandom } from '../chaos/seeded-random.ts';
import { live } from './lives.ts';
import type { SoakOptions } from './soak-options.ts';
import { type Sample, weigh, weighable } from './weigh.ts';

const demoAgent = fileURLToPath(new URL('../../packages/bridge/src/demo-agent/main.ts', import.meta.url));

/** An agent of which every session has a process to itself. */
const alone = {
  command: process.execPath,
  args: ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning', demoAgent],
  isolation: 'session',
};

const flags = [
  ...['--default-agent', 'demo', '--max-sessions', '400', '--agent-idle-timeout-ms', '0'],
  ...['--session-idle-timeout-ms', '5000', '--session-reap-interval-ms', '100'],
];

/** Lets sessions come and go, and weighs the daemon at rest before, in between and at the end. */
export async function runSoak(
  { seconds, roundSeconds, lanes, seed }: SoakOptions,
  onSample: (sample: Sample) => void,
): Promise<readonly Sample[]> {
  const lab = new DaemonLab();
  let daemonLog = async () => '';
  try {
    writeFileSync(join(lab.sandbox.folder, 'holdfast.config.json'), JSON.stringify({ agents: { alone } }));
    const daemon = await lab.serve(flags, weighable);
    daemonLog = () => daemon.output(/(?:)/);
    const startedAt = performance.now();
    const elapsedSeconds = () => (performance.now() - startedAt) / 1_000;
    const samples: Sample[] = [];
    let lives = 0;
    const sample = async () => {
      await rest(lab, daemon);
      const weight = await weigh(lab, daemon, samples.length + 1);
      const taken = { atSeconds: elapsedSeconds(), lives, ...weight };
      samples.push(taken);
      onSample(taken);
    };
    const randoms = Array.from({ length: lanes }, (_, lane) => seededRandom(seed, `lane ${lane}`));
    const client = lab.client(daemon);
    await sample();
    while (elapsedSeconds() < seconds) {
      const until = elapsedSeconds() + roundSeconds;
      const runLane = async (random: (typeof randoms)[number]) => {
        while (elapsedSeconds() < until) {
          const made = await live(client, random, random.between(1, 30) === 1 ? 'alone' : 'demo');
          lives += made;
        }
      };
      await Promise.all(randoms.map(runLane));
      await sample();
    }
    return samples;
  } catch (error) {
    console.error((await daemonLog()).slice(-4_000));
    throw error;
  } finally {
    await lab.close();
  }
}

/** Waits until no session holds an agent, no agent runs, and the daemon knows it. */
async function rest(lab: DaemonLab, daemon: Daemon): Promise<void> {
  await until(async () => (await lab.client(daemon).health({ deep: true })).sessions === 0);
  await untilNone(() => lab.descendants());
  // It makes sure of that, too.
  await until(() => !isLookingAtProcesses(daemon.pid));
}
