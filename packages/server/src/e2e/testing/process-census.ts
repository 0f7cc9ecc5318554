import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Pids of running processes with `NAME=value` in their environment; zombies do not count. Linux only. */
export function processesWith(variable: string): readonly number[] {
  const wanted = Buffer.from(`\0${variable}\0`);
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && carries(pid, wanted));
}

function carries(pid: number, wanted: Buffer): boolean {
  try {
    if (readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) return false;
    const environment = readFileSync(`/proc/${pid}/environ`);
    return Buffer.concat([Buffer.from([0]), environment]).includes(wanted);
  } catch {
    // It ended meanwhile, or belongs to somebody else.
    return false;
  }
}

/** How many files and sockets a process has open; connections whose other end keeps them do not count. */
export function openFilesOf(pid: number): number {
  const kept = establishedSockets(pid);
  return openTargetsOf(pid).filter((target) => !kept.has(target)).length;
}

/** Whether a process is looking through the process table right now. */
export const isLookingAtProcesses = (pid: number): boolean =>
  openTargetsOf(pid).some((target) => target.startsWith('/proc/'));

/** What its descriptors stand for: paths, `socket:[inode]` and the like. */
const openTargetsOf = (pid: number): readonly string[] =>
  readdirSync(`/proc/${pid}/fd`).map((fd) => linkTarget(`/proc/${pid}/fd/${fd}`));

/** As `/proc/<pid>/fd` names them. Source: proc_pid_net(5), tcp. */
function establishedSockets(pid: number): ReadonlySet<string> {
  const [, ...rows] = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n');
  const fields = rows.map((row) => row.trim().split(/\s+/));
  return new Set(
    fields.flatMap(([, , , state, , , , , , inode]) => (state === '01' ? `socket:[${inode}]` : [])),
  );
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed in between.
    return '';
  }
}

/** The most memory a process ever had (resident bytes). */
export function peakResidentBytes(pid: number): number {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(peak?.[1]) * 1024;
}
