import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DaemonError } from '@holdfast/protocol';
import { lockStateDir } from './state-dir-lock.ts';

/** The directory a bridge keeps its state in, held by this process. */
export interface StateDir {
  readonly path: string;
  /** Nothing in it outlives the bridge. */
  readonly isTemporary: boolean;
  file(name: string): string;
  /** Lets another bridge in. Idempotent. */
  release(): void;
}

/**
 * Makes the directory readable by its owner only and takes its lock; null takes a temporary one.
 * @throws state_dir_in_use, state_unreadable
 */
export async function openStateDir(path: string | null): Promise<StateDir> {
  if (path === null) {
    const temporary = mkdtempSync(join(tmpdir(), 'holdfast-'));
    return {
      path: temporary,
      isTemporary: true,
      file: (name) => join(temporary, name),
      release: () => rmSync(temporary, { recursive: true, force: true }),
    };
  }
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DaemonError(
      'state_unreadable',
      `state directory ${path} cannot be used (${reason}); choose another`,
      {},
      { cause },
    );
  }
  const lock = lockStateDir(path, { pid: process.pid });
  return { path, isTemporary: false, file: (name) => join(path, name), release: () => lock.release() };
}
