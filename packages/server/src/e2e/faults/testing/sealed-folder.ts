import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Makes files unchangeable, by those who have them open too, or changeable again. The shared memory stays: it is mapped. */
function setSealed(folder: string, isSealed: boolean): string | undefined {
  const files = `find "$1" ! -name '*-shm' -exec chattr ${isSealed ? '+i' : '-i'} {} +`;
  const { status, stderr, error } = spawnSync('/bin/sh', ['-c', files, 'sh', folder], { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? stderr.trim().split('\n')[0]);
}

/** Why no folder can be made read-only under a running process here; undefined when one can. */
export const whyNoSeal: string | undefined = (() => {
  if (process.platform !== 'linux') return 'chattr is Linux only';
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-seal-'));
  const file = openSync(join(folder, 'file'), 'w');
  try {
    const fault = setSealed(folder, true);
    if (fault !== undefined) return fault;
    writeSync(file, 'x');
    return 'the file system lets a sealed file be written';
  } catch {
    // Refused, as it should be.
    return undefined;
  } finally {
    closeSync(file);
    setSealed(folder, false);
    rmSync(folder, { recursive: true });
  }
})();

/** The name of a test that seals a folder: where that cannot be done it says why it is skipped. */
export const onSealable = (name: string): string =>
  whyNoSeal === undefined ? name : `${name} [skipped: ${whyNoSeal}]`;

/**
 * A folder that can be made read-only under a running daemon, as a disk with errors is. A remount refuses that while a
 * file is open for writing, and permissions do not bind root: the immutable flag does both.
 */
export class SealableFolder {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-seal-'));

  constructor() {
    onTestFinished(() => {
      this.seal(false);
      rmSync(this.folder, { recursive: true });
    });
  }

  seal(isSealed: boolean): void {
    const fault = setSealed(this.folder, isSealed);
    if (fault !== undefined) throw new Error(fault);
  }
}
