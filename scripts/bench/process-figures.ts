import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts a process's time in ticks of 10 ms (USER_HZ). */
const secondsPerTick = 0.01;

/** CPU seconds (user and system, all threads, without children) a process has used. Linux only. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold anything; the fields that count follow it (proc_pid_stat(5): 14 and 15).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * secondsPerTick;
}

/** Resident memory of a process, bytes. Linux only. */
export function rssBytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (found === null) throw new Error(`process ${pid} has no memory`);
  return Number(found[1]) * 1_024;
}

/** Whether the figures of other processes can be read here. */
export function canReadProcesses(): boolean {
  try {
    return readdirSync('/proc/self').includes('stat');
  } catch {
    return false;
  }
}
