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

/** What a process holds: open files, and resident memory (bytes). */
export function holdingsOf(pid: number): { readonly openFiles: number; readonly residentBytes: number } {
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return {
    openFiles: readdirSync(`/proc/${pid}/fd`).length,
    residentBytes: Number(resident?.[1]) * 1024,
  };
}
