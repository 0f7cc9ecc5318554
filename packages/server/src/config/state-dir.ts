import { accessSync, chmodSync, constants, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DaemonError } from '@holdfast/protocol';

/**
 * Makes the state directory, for its owner only, and gives its canonical path.
 * @throws invalid_option when it cannot be made or written, or belongs to somebody else
 */
export function prepareStateDir(stateDir: string): string {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const path = realpathSync(stateDir);
    const { uid, mode } = statSync(path);
    const self = process.getuid?.();
    if (self !== undefined && self !== 0 && uid !== self) {
      throw new DaemonError(
        'invalid_option',
        `state directory ${path} belongs to user ${uid}: name another with --state-dir`,
      );
    }
    if ((mode & 0o077) !== 0 && process.platform !== 'win32') closeToOthers(path);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return path;
  } catch (cause) {
    if (cause instanceof DaemonError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DaemonError(
      'invalid_option',
      `state directory ${stateDir} cannot be used (${reason}): name another with --state-dir`,
      {},
      { cause },
    );
  }
}

/** What a bridge leaves in its directory; seeing it tells our directory from somebody's home. */
const ours = ['lock', 'journal.sqlite', 'token'];

function closeToOthers(path: string): void {
  const names = readdirSync(path);
  const isOurs = names.length === 0 || names.some((name) => ours.includes(name));
  if (!isOurs) {
    throw new DaemonError(
      'invalid_option',
      `state directory ${path} is open to others and holds other things: name one of its own, as --state-dir ${join(path, 'holdfast')}`,
    );
  }
  chmodSync(path, 0o700);
}
