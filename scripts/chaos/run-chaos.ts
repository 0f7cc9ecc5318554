import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge, type Verdict } from './checks.ts';
import { killAway } from './killer.ts';
import { LoadClient } from './load-client.ts';
import type { ChaosOptions } from './options.ts';
import { readSession } from './readers.ts';
import type { SabotageName } from './sabotages.ts';
import { Scene } from './scene.ts';
import { seededRandom } from './seeded-random.ts';
import { inspectRemains, settle } from './settle.ts';
import { Stage } from './stage.ts';

/** What a run came to. */
export interface ChaosResult {
  readonly seed: number;
  readonly mode: string;
  readonly kills: number;
  readonly sabotage: SabotageName | undefined;
  readonly tookMs: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly refusals: Readonly<Record<string, number>>;
  readonly verdicts: readonly Verdict[];
  readonly isGreen: boolean;
  /** Where state, logs and evidence were put. */
  readonly keptIn: string | undefined;
}

export type Tell = (line: string) => void;

const clients = 10;
const firstSessions = 8;

/** Runs a daemon under load, kills what the mode says as often as asked, and judges what is left. */
export async function runChaos(
  { seed, mode, kills, sabotage, keep }: ChaosOptions,
  tell: Tell,
): Promise<ChaosResult> {
  const startedAt = performance.now();
  const stage = new Stage(sabotage);
  const readers: Promise<void>[] = [];
  try {
    await stage.start();
    const { ready, token } = stage.daemon;
    const scene: Scene = new Scene(
      { baseUrl: ready.url, token: token() },
      {
        places: stage.places,
        onSession: (sessionId) => readers.push(...watch(scene, sessionId, seed)),
      },
    );
    const load = Array.from({ length: clients }, (_, nth) => {
      const name = `c${nth + 1}`;
      return new LoadClient(scene, name, seededRandom(seed, name)).run();
    });
    const working = Promise.all(load);
    const onKill = (nth: number) => {
      const { prompts } = scene.evidence;
      scene.maxSessions = firstSessions + Math.round((Math.min(60, kills) * nth) / kills);
      if (nth % 10 === 0 || nth === kills)
        tell(`${nth} of ${kills} kills, ${scene.sessionIds.length} sessions, ${prompts.length} prompts`);
    };
    const killing = killAway(stage, scene, { kills, mode, random: seededRandom(seed, 'killer'), onKill });
    await Promise.race([killing, working.then(() => killing)]);
    scene.closing.abort();
    await working;
    tell('settling');
    await settle(stage, scene);
    await Promise.all(readers);
    await inspectRemains(stage, scene);
    const verdicts = judge(scene.evidence);
    const isGreen = verdicts.every(({ faults, looked }) => faults.length === 0 && looked > 0);
    const isKept = keep === 'always' || (keep === 'when-red' && !isGreen);
    const keptIn = isKept ? keepEvidence(stage, scene) : undefined;
    const { evidence } = scene;
    return {
      ...{ seed, mode, kills, sabotage, verdicts, isGreen, keptIn },
      tookMs: Math.round(performance.now() - startedAt),
      counts: {
        calls: scene.calls,
        sessions: evidence.journals.size,
        prompts: evidence.prompts.length,
        executions: evidence.executions.length,
        events: [...evidence.journals.values()].reduce((sum, events) => sum + events.length, 0),
        readers: evidence.readers.length,
        votes: evidence.votes.length,
      },
      refusals: scene.refusals,
    };
  } finally {
    await stage.lab.close();
  }
}

/** A reader that stays and answers, one that comes and goes. */
function watch(scene: Scene, sessionId: string, seed: number): readonly Promise<void>[] {
  const habits = [
    { name: 'steady', leaves: 0, isVoter: true },
    { name: 'hopping', leaves: 0.02, isVoter: false },
  ];
  // Sessions are told apart by when they came: their ids are not the seed's.
  const label = String(scene.sessionIds.length);
  return habits.map((habit) =>
    readSession(scene, sessionId, { ...habit, random: seededRandom(seed, `${habit.name} ${label}`) }),
  );
}

function keepEvidence(stage: Stage, { evidence }: Scene): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-chaos-'));
  cpSync(stage.lab.sandbox.folder, join(folder, 'sandbox'), { recursive: true });
  writeFileSync(join(folder, 'daemon.log'), stage.log);
  writeFileSync(
    join(folder, 'evidence.json'),
    JSON.stringify({ ...evidence, journals: Object.fromEntries(evidence.journals) }),
  );
  return folder;
}
