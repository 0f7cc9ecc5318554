import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { DaemonError } from '@holdfast/protocol';
import type { AgentDefinition } from '../ports/agents.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { isOutOfFiles } from '../runtime/open-files.ts';
import type { OrphanWatcher } from '../runtime/orphan-watcher.ts';
import { findProcess } from '../runtime/process-table.ts';
import { TailBuffer } from '../runtime/tail-buffer.ts';
import { agentEnvironment, type HostEnvironment, locateCommand } from './definitions.ts';
import { type LedgerEntry, markerVariable, type ProcessLedger } from './process-ledger.ts';
import { killRemains, type StopGraces, terminate } from './terminate.ts';

/** How the leader ended. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A running agent: its own process group, its pipes, and the record of it. */
export interface AgentProcess {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** The last 8 KiB it wrote to stderr. */
  stderrTail(): string;
  /** Resolves when the leader is gone; what it started is then killed. Never rejects. */
  readonly exited: Promise<ProcessEnd>;
  /** Resolves when stderr is at its end too, or cannot be expected to come to it. */
  readonly stderrEnded: Promise<void>;
  /** `gently`: EOF, TERM, KILL; `now`: KILL. Resolves when nothing of it is left; a later `now` hastens a `gently`. */
  stop(manner: 'gently' | 'now'): Promise<void>;
}

export interface ProcessContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ledger: ProcessLedger;
  /** Ends it should we die. */
  readonly watcher: OrphanWatcher;
  readonly host: HostEnvironment;
  /** Words before the command that tie its life to ours; may be empty. */
  readonly guard: readonly string[];
  readonly graces: StopGraces;
}

const stderrTailBytes = 8_192;
const stderrWaitMs = 1_000;

/**
 * Starts an agent's process, detached in a group of its own, and records it before anything can go wrong with us.
 * @throws agent_start_failed{agent, command} when it cannot be spawned, overloaded when there is no descriptor for it,
 * journal_unavailable when it cannot be recorded.
 */
export async function startProcess(
  definition: AgentDefinition,
  workspace: string,
  marker: string,
  context: ProcessContext,
): Promise<AgentProcess> {
  const { ledger, watcher } = context;
  const cwd = definition.cwd ?? workspace;
  const environment = agentEnvironment(definition, context.host);
  const [file, ...args] = [
    ...context.guard,
    locateCommand(definition, environment['PATH'] ?? '', cwd),
    ...definition.args,
  ];
  const record = { marker, agent: definition.name, workspace };
  // Before the spawn, so that no instant is left in which it runs unrecorded.
  recordOrRefuse(record, ledger);
  try {
    watcher.start();
    const child = spawn(file ?? '', args, {
      cwd,
      env: { ...environment, [markerVariable]: marker },
      detached: true,
      stdio: 'pipe',
      windowsHide: true,
    });
    const { pid } = child;
    if (pid !== undefined) {
      watcher.add(pid);
      recordStart(record, pid, context);
    }
    return superviseChild(child, await spawned(child), marker, context);
  } catch (cause) {
    removeRecord(marker, context);
    throw startFailed(definition, cwd, cause);
  }
}

type StartRecord = Omit<LedgerEntry, 'bootId'>;

function recordOrRefuse(record: StartRecord, ledger: ProcessLedger): void {
  try {
    ledger.record(record);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DaemonError(
      'journal_unavailable',
      `Agent "${record.agent}" is not started while the state directory takes no record of it: ${reason}`,
      { agent: record.agent },
      { cause },
    );
  }
}

function removeRecord(marker: string, { ledger, logger }: ProcessContext): void {
  try {
    ledger.remove(marker);
  } catch (error) {
    // It stays on record, and the next start will find nothing under it.
    logger.warn({ err: error, marker }, 'could not remove the record of an agent that is gone');
  }
}

function recordStart(record: StartRecord, pid: number, { ledger, logger }: ProcessContext): void {
  try {
    const startTime = findProcess(pid)?.startTime;
    if (startTime !== undefined) ledger.record({ ...record, pid, startTime });
  } catch (error) {
    // It runs already, and the marker on record finds it just as well.
    logger.warn({ err: error, pid }, "could not record an agent's process id");
  }
}

function spawned(child: ChildProcessWithoutNullStreams): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => {
      child.off('error', reject);
      // A later 'error' is a signal that could not be sent; stopping finds that out by looking.
      child.on('error', () => {});
      if (child.pid === undefined) reject(new Error('no process id'));
      else resolve(child.pid);
    });
  });
}

function superviseChild(
  child: ChildProcessWithoutNullStreams,
  pid: number,
  marker: string,
  context: ProcessContext,
): AgentProcess {
  const { clock, logger, watcher, graces } = context;
  const stderr = new TailBuffer(stderrTailBytes);
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A broken pipe says that the agent is gone or deaf; `exited` and the end of stdout say which.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {});
  const exited = exitOf(child);
  const remains = { groupId: pid, startTime: findProcess(pid)?.startTime, marker };
  let hasten = () => {};
  const hurry = new Promise<'hurry'>((resolve) => {
    hasten = () => resolve('hurry');
  });
  let stopping: Promise<void> | undefined;
  const stop = (manner: 'gently' | 'now') => {
    if (manner === 'now') hasten();
    stopping ??= terminate(
      { remains, endInput: () => child.stdin.end(), leaderExited: exited, hurry, graces, clock },
      logger,
    ).then(
      async (isGone) => {
        const forget = () => {
          watcher.remove(pid);
          removeRecord(marker, context);
        };
        if (isGone) return await exited.then(forget);
        // Nobody waits for it any more, but once its number may be another's it must be off the lists.
        exited
          .then(async () => {
            if (await killRemains(remains, clock, logger)) forget();
          })
          .catch((error: unknown) => logger.error({ err: error, pid }, 'could not look for what is left'));
      },
      (error: unknown) => {
        // The process table could not be read. The record stays, so that the next start looks again.
        logger.error({ err: error, pid }, 'could not make sure that an agent is gone');
        child.kill('SIGKILL');
      },
    );
    return stopping;
  };
  // What outlives its leader has nobody to speak to.
  exited.then(() => stopping ?? stop('now'));
  return {
    pid,
    stdin: child.stdin,
    stdout: child.stdout,
    stderrTail: () => stderr.text(),
    exited,
    stderrEnded: endOf(child.stderr, exited, clock),
    stop,
  };
}

function exitOf(child: ChildProcessWithoutNullStreams): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve({ exitCode: child.exitCode, signal: child.signalCode });
    }
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

function endOf(stream: Readable, exited: Promise<unknown>, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    stream.once('close', () => resolve());
    exited.then(() => clock.after(stderrWaitMs, resolve));
  });
}

function startFailed(definition: AgentDefinition, cwd: string, cause: unknown): DaemonError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (isOutOfFiles(cause)) {
    const message = `Agent "${definition.name}" cannot start, there are no file descriptors for it: ${reason}`;
    return new DaemonError('overloaded', message, { agent: definition.name }, { cause });
  }
  const remedy = statSync(cwd, { throwIfNoEntry: false })?.isDirectory()
    ? 'run the command by hand to see why'
    : `its working directory "${cwd}" does not exist`;
  return new DaemonError(
    'agent_start_failed',
    `Agent "${definition.name}" cannot start (${reason}); ${remedy}`,
    { agent: definition.name, command: definition.command, exitCode: null, stderrTail: '' },
    { cause },
  );
}
