import { readFile } from 'node:fs/promises';

/** What changes when the machine starts anew (Linux); undefined where it cannot be told. */
export async function readBootId(): Promise<string | undefined> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    // No such file: another operating system. An unclean stop then counts as a power loss, which is the safe reading.
    return undefined;
  }
}
