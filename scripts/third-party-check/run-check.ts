// Runs the steps one after the other and says how each went.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentConfig } from '@holdfast/bridge';
import { Daemon } from '../agents-check/daemon.ts';
import type { AgentScript } from './agent-script.ts';
import { archiveSteps } from './archive-steps.ts';
import type { Bench, Step } from './bench.ts';
import { catalogSteps } from './catalog-steps.ts';
import { permissionSteps } from './permission-steps.ts';
import { plainClientSteps } from './plain-client-steps.ts';
import { reducerStep } from './reducer-step.ts';
import { restoreSteps } from './restore-steps.ts';
import { sessionSteps } from './session-steps.ts';
import { turnSteps } from './turn-steps.ts';

export const steps: readonly Step[] = [
  ...sessionSteps,
  ...turnSteps,
  ...permissionSteps,
  ...catalogSteps,
  ...restoreSteps,
  ...archiveSteps,
  ...plainClientSteps,
  reducerStep,
];

export interface StepResult {
  readonly step: string;
  readonly isPassed: boolean;
  readonly ms: number;
  /** What there is to say of a passed step, or why it failed. */
  readonly remark: string;
}

export interface CheckOptions {
  /** The agent to run, as the configuration file has it; none is the demo agent. */
  readonly agents: Readonly<Record<string, AgentConfig>>;
  readonly script: AgentScript;
  /** Only steps whose name contains this. */
  readonly only?: string;
  readonly onResult?: (result: StepResult) => void;
}

/** How long one step may take (ms): a real agent starts anew in some of them. */
const STEP_LIMIT_MS = 60_000;

/** Starts a daemon, runs the steps against it, and leaves nothing behind. */
export async function runCheck({ agents, script, only = '', onResult }: CheckOptions): Promise<StepResult[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-third-party-')));
  // Steps follow one another quickly: an agent that has no session for a moment is wanted again.
  const daemon = new Daemon(folder, agents, { agentIdleTimeoutMs: 60_000 });
  try {
    await daemon.start();
    const bench: Bench = { daemon, script, seen: [] };
    const results: StepResult[] = [];
    for (const step of steps.filter(({ name }) => name.includes(only))) {
      const result = await runStep(step, bench);
      results.push(result);
      onResult?.(result);
    }
    return results;
  } finally {
    await daemon.stop('SIGTERM');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function runStep(step: Step, bench: Bench): Promise<StepResult> {
  const start = performance.now();
  const ended = (isPassed: boolean, remark: string): StepResult => ({
    step: step.name,
    isPassed,
    ms: Math.round(performance.now() - start),
    remark,
  });
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${STEP_LIMIT_MS} ms`)), STEP_LIMIT_MS);
  });
  try {
    return ended(true, (await Promise.race([step.run(bench), limit])) ?? '');
  } catch (thrown) {
    return ended(false, thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    clearTimeout(timer);
  }
}
