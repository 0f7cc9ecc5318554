import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

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
/** How many files of /proc are read at once: enough to be quick, too few to starve other file work. */
const parallelReads = 16;

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
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const marker = Buffer.from(query.marker);
  const found: number[] = [];
  const next = pids.values();
  const read = async () => {
    for (const pid of next) if (await matches(pid, query, marker)) found.push(pid);
  };
  await Promise.all(Array.from({ length: parallelReads }, read));
  return found;
}

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

async function matches(pid: number, query: ProcessQuery, marker: Buffer): Promise<boolean> {
  try {
    const entry = parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
    if (entry === undefined || entry.isZombie) return false;
    if (entry.groupId === query.groupId) return true;
    if (query.since !== undefined && BigInt(entry.startTime) < BigInt(query.since)) return false;
    return (await readFile(`/proc/${pid}/environ`)).includes(marker);
  } catch (error) {
    // It ended meanwhile, or belongs to somebody else, whose environment we may not read: not ours.
    if (isAbsence(error)) return false;
    throw error;
  }
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
