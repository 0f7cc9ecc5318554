import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const sh = (...[command = '', ...args]: readonly string[]) => spawnSync(command, args, { encoding: 'utf8' });

/** Why no disk of a few megabytes can be had here; undefined when one can. */
export const whyNoTmpfs: string | undefined = (() => {
  if (process.platform !== 'linux') return 'tmpfs is Linux only';
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tmpfs-'));
  const { status, stderr, error } = sh('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder);
  if (status === 0) sh('umount', folder);
  rmSync(folder, { recursive: true });
  return status === 0 ? undefined : (error?.message ?? stderr.trim().split('\n')[0] ?? 'mount failed');
})();

/** The name of a test that needs a disk of its own: where there is none it says why it is skipped. */
export const onTmpfs = (name: string): string =>
  whyNoTmpfs === undefined ? name : `${name} [skipped: ${whyNoTmpfs}]`;

/** A disk of a few megabytes, for as long as the test runs. */
export class SmallDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-tmpfs-'));

  constructor(sizeMegabytes: number) {
    this.#mount('-t', 'tmpfs', '-o', `size=${sizeMegabytes}m,mode=700`, 'tmpfs', this.folder);
    // After the lab closed: nobody has a file open any more.
    onTestFinished(() => {
      sh('umount', this.folder);
      rmSync(this.folder, { recursive: true });
    });
  }

  /** Takes all the room that is left. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    for (let blocks = bavail; blocks > 0; blocks = Math.floor(blocks / 2)) {
      try {
        writeFileSync(this.#ballast, Buffer.alloc(blocks * bsize), { flag: 'a' });
      } catch {
        // Full already; smaller pieces fill the last holes.
      }
    }
  }

  /** Gives the room back. */
  empty(): void {
    rmSync(this.#ballast);
  }

  setReadOnly(isReadOnly: boolean): void {
    this.#mount('-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, this.folder);
  }

  get #ballast(): string {
    return join(this.folder, 'ballast');
  }

  #mount(...args: readonly string[]): void {
    const { status, stderr } = sh('mount', ...args);
    if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr}`);
  }
}
