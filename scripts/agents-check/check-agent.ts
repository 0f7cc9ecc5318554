// Runs all steps with one agent, in folders and processes of their own.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recipes } from '@holdfast/bridge';
import type { Envelope } from '@holdfast/sdk';
import { agentProcesses, canListProcesses, untilNoneIsLeft } from './agent-processes.ts';
import { contextSteps } from './context-steps.ts';
import { Conversation } from './conversation.ts';
import { Daemon } from './daemon.ts';
import { foreignSteps } from './foreign-steps.ts';
import { type InstallableAgent, installAgent, pinnedVersions } from './install.ts';
import { type ModelServer, startModelServer } from './model-server.ts';
import { agentEntry, agentEntryByLoad, byLoad, profiles } from './profiles.ts';
import { recoverySteps } from './recovery-steps.ts';
import type { AgentResult, StepResult } from './report.ts';
import { restoreSteps } from './restore-steps.ts';
import type { Check, Passed, Step } from './step.ts';
import { turnSteps } from './turn-steps.ts';

export interface CheckOptions {
  readonly cacheFolder: string;
  /** Leaves the folder of a run that passed; one that failed always stays. */
  readonly keepsFolder: boolean;
  /** Runs only the steps whose names contain it. */
  readonly only: string;
  readonly log: (line: string) => void;
  readonly onStep: (result: StepResult) => void;
}

const steps: readonly Step[] = [
  ...turnSteps,
  ...restoreSteps,
  ...contextSteps,
  ...foreignSteps,
  ...recoverySteps,
];
const shownEvents = 12;

/** Installs an agent, drives it through every step, and leaves nothing running. */
export async function checkAgent(name: InstallableAgent, options: CheckOptions): Promise<AgentResult> {
  const { cacheFolder, log } = options;
  const version = pinnedVersions[name];
  const { npmPackage, bin } = recipes[name];
  if (npmPackage === null || bin === null) throw new Error(`no package of ${name} is known`);
  const installed = await installAgent({
    name,
    npmPackage,
    bin,
    binary: profiles[name].binary,
    version,
    cacheFolder,
    log,
  });
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `holdfast-${name}-`)));
  const model = await startModelServer({ logFile: join(folder, 'model.jsonl') });
  const entry = agentEntry(name, installed, model.url);
  const daemon = new Daemon(folder, { [name]: entry, [byLoad(name)]: agentEntryByLoad(entry) });
  const results: StepResult[] = [];
  try {
    const chosen = steps.filter((step) => step.name.includes(options.only));
    await driveThrough(name, { daemon, model, chosen }, (result) => {
      results.push(result);
      options.onStep(result);
    });
  } finally {
    await daemon.stop('SIGKILL');
    for (const { pid } of agentProcesses(daemon.home)) process.kill(pid, 'SIGKILL');
    await model.close();
  }
  const isKept = options.keepsFolder || results.some(({ result }) => result === 'failed');
  if (isKept) log(`${name}: journal, logs and what the model was sent are in ${folder}`);
  else rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  return { name, version: installed.version, steps: results };
}

interface Bench {
  readonly daemon: Daemon;
  readonly model: ModelServer;
  readonly chosen: readonly Step[];
}

async function driveThrough(
  name: InstallableAgent,
  { daemon, model, chosen }: Bench,
  tell: (result: StepResult) => void,
): Promise<void> {
  await daemon.start();
  let check: Check | undefined;
  const created = await runStep('create', async () => {
    const client = daemon.client();
    const session = await client.createSession({
      agent: name,
      cwd: daemon.workspace,
      sessionScope: 'thread',
    });
    const secret = `marigold-${randomBytes(4).toString('hex')}`;
    const conversation = new Conversation(session, model);
    check = { name, profile: profiles[name], daemon, client, model, secret, conversation };
    const processes = agentProcesses(daemon.home).length;
    // Otherwise finding none later would prove nothing.
    assert.ok(processes > 0 || !canListProcesses, 'the agent runs, but its processes are not found');
    return { note: `processes: ${processes}` };
  });
  tell(withEvidence(created, { daemon, events: [] }));
  for (const step of chosen) {
    const current = check;
    if (current === undefined) tell(skipped(step.name, 'there is no session'));
    else if (step.isFor?.(current) ?? true) {
      const result = await runStep(step.name, () => step.run(current));
      tell(withEvidence(result, { daemon, events: current.conversation.log.events }));
      // Whatever it left running must not disturb the next step.
      if (result.result === 'failed') await current.conversation.session.cancel().catch(() => {});
    }
  }
  await check?.conversation.log.stop();
  const stopped = await runStep('stop the daemon', async () => {
    await daemon.stop('SIGTERM');
    await untilNoneIsLeft(daemon.home, 0);
    return { note: 'no process of the agent is left' };
  });
  tell(withEvidence(stopped, { daemon, events: [] }));
}

async function runStep(step: string, run: () => Promise<Passed>): Promise<StepResult> {
  const startedAt = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAt);
  try {
    const passed = await run();
    return { step, result: 'passed', ...passed, ms: passed.ms ?? elapsedMs() };
  } catch (thrown) {
    return {
      step,
      result: 'failed',
      ms: elapsedMs(),
      failure: String(thrown instanceof Error ? thrown.stack : thrown),
    };
  }
}

const skipped = (step: string, note: string): StepResult => ({ step, result: 'skipped', ms: 0, note });

/** Adds to a failure what there was to see. */
function withEvidence(
  result: StepResult,
  { daemon, events }: { readonly daemon: Daemon; readonly events: readonly Envelope[] },
): StepResult {
  if (result.failure === undefined) return result;
  const last = events
    .slice(-shownEvents)
    .map(({ id, type, promptId, data }) => JSON.stringify({ id, type, promptId, data }).slice(0, 300));
  const parts = [result.failure, 'last events:', ...last, 'end of the daemon’s log:', daemon.log];
  return { ...result, failure: parts.join('\n') };
}
