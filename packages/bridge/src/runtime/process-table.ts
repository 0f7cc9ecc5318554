import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isOutOfFiles } from './open-files.ts';
import { withSpareDescriptor } from './spare-descriptor.ts';

/** A process as the system lists it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly groupId: number;
  /** When it started, as the system says it (Linux: clock ticks since boot); with the pid it names one process. */
  readonly startTime: string;
  readonly isZombie: boolean;
}

/** What to look for among the running processes. */
export interface ProcessQuery {
  readonly groupId: number | undefined;
  /** `NAME=value` that they inherited in their environment. */
  readonly marker: string;
  /** They started no earlier (ticks since boot); spares reading the environment of everything older. */
  readonly since: string | undefined;
}

const isLinux = process.platform === 'linux';
/** How many processes are looked at before others have their turn: half a millisecond's worth. */
const readsAtOnce = 64;

/** The machine's boot, so that records of an earlier one are known to be void; empty where unknown. */
export function bootId(): string {
  try {
    return isLinux ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : '';
  } catch {
    return '';
  }
}

/** Looks one process up; undefined when it does not run. */
export function findProcess(pid: number): ProcessEntry | undefined {
  if (!isLinux) return findByPs(pid);
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // No such file: no such process.
    return undefined;
  }
}

/**
 * Pids of running processes that are in the group or carry the marker; zombies do not count.
 * Without /proc only the group can be asked after: its id stands for whoever is in it.
 */
export async function findProcesses(query: ProcessQuery): Promise<readonly number[]> {
  if (!isLinux) return query.groupId !== undefined && groupExists(query.groupId) ? [query.groupId] : [];
  const marker = Buffer.from(query.marker);
  const pids = withAnyDescriptor(() => pidsIn(readdirSync('/proc')));
  const found: number[] = [];
  for (let begin = 0; begin < pids.length; begin += readsAtOnce) {
    if (begin > 0) await nextTurn();
    const looked = withAnyDescriptor(() =>
      pids.slice(begin, begin + readsAtOnce).map((pid) => [pid, look(pid, query)] as const),
    );
    for (const [pid, verdict] of looked) {
      if (verdict === true || (verdict === 'by marker' && (await carries(pid, marker)))) found.push(pid);
    }
  }
  return found;
}

/** Runs `task`, once more with the spare descriptor when there is no other. It opens one file at a time. */
function withAnyDescriptor<Result>(task: () => Result): Result {
  try {
    return task();
  } catch (error) {
    if (!isOutOfFiles(error)) throw error;
    return withSpareDescriptor(task);
  }
}

const pidsIn = (names: readonly string[]) =>
  names.map(Number).filter((pid) => pid > 0 && pid !== process.pid);

/** Sends a signal to a process; false when it is gone. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    // ESRCH: gone. EPERM: not ours any more, so nothing we may do.
    return false;
  }
}

/** Sends a signal to a whole process group; false when it is gone. */
export const signalGroup = (groupId: number, signal: NodeJS.Signals): boolean =>
  signalProcess(process.platform === 'win32' ? groupId : -groupId, signal);

function groupExists(groupId: number): boolean {
  try {
    return process.kill(-groupId, 0);
  } catch {
    return false;
  }
}

/** The kernel makes this file up from what it has at hand: reading it takes microseconds, and never waits. */
function look(pid: number, query: ProcessQuery): boolean | 'by marker' {
  try {
    return judge(readFileSync(`/proc/${pid}/stat`, 'utf8'), query);
  } catch (error) {
    return isNoMatch(error);
  }
}

/** An environment is memory of the process, which may wait for a disk: not for the event loop to read. */
async function carries(pid: number, marker: Buffer): Promise<boolean> {
  const file = `/proc/${pid}/environ`;
  try {
    const environment = await readFile(file).catch((error: unknown) => {
      if (!isOutOfFiles(error)) throw error;
      return withSpareDescriptor(() => readFileSync(file));
    });
    return environment.includes(marker);
  } catch (error) {
    return isNoMatch(error);
  }
}

/** Whether a process is meant, as far as can be told without its environment. */
function judge(stat: string, query: ProcessQuery): boolean | 'by marker' {
  const entry = parseStat(stat);
  if (entry === undefined || entry.isZombie) return false;
  if (entry.groupId === query.groupId) return true;
  if (query.since !== undefined && BigInt(entry.startTime) < BigInt(query.since)) return false;
  return 'by marker';
}

/** It ended meanwhile, or belongs to somebody else, whose environment we may not read: not ours. Rethrows all else. */
function isNoMatch(error: unknown): false {
  if (isAbsence(error)) return false;
  throw error;
}

const absences: ReadonlySet<unknown> = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

const isAbsence = (error: unknown) => error instanceof Error && 'code' in error && absences.has(error.code);

/** Source: proc_pid_stat(5); the command's name, in parentheses, may itself hold spaces and parentheses. */
function parseStat(stat: string): ProcessEntry | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , groupId] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return undefined;
  return {
    pid: Number.parseInt(stat, 10),
    groupId: Number(groupId),
    startTime,
    isZombie: state === 'Z' || state === 'X',
  };
}

function findByPs(pid: number): ProcessEntry | undefined {
  const ps = spawnSync('ps', ['-o', 'pgid=,stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [, groupId, state, startTime] = /^\s*(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(ps.stdout ?? '') ?? [];
  if (groupId === undefined || state === undefined || startTime === undefined) return undefined;
  return { pid, groupId: Number(groupId), startTime, isZombie: state.startsWith('Z') };
}
