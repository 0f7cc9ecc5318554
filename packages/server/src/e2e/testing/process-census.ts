import { readdirSync, readFileSync } from 'node:fs';

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

/** How many files and sockets a process has open. */
export const openFilesOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** The most memory a process ever had (resident bytes). */
export function peakResidentBytes(pid: number): number {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(peak?.[1]) * 1024;
}
