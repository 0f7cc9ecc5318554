import { DaemonError } from '@holdfast/protocol';
import { CommandFailure } from './command-failure.ts';
import { readDaemonFile } from './daemon-file.ts';

/** A failure as it is, or, when the state directory is taken, with the owner's address, which only its daemon file knows. */
export function nameOwner(error: unknown, stateDir: string): unknown {
  if (!(error instanceof DaemonError) || error.code !== 'state_dir_in_use') return error;
  const owner = readDaemonFile(stateDir);
  const isSame = owner !== undefined && owner.pid === error.details['pid'];
  const pid =
    typeof error.details['pid'] === 'number' ? `process ${error.details['pid']}` : 'another process';
  const remedy = isSame
    ? `use that daemon, stop it (kill ${owner.pid}), or choose another directory with --state-dir`
    : 'wait for it to end, stop it, or choose another directory with --state-dir';
  const address = isSame ? `, which listens on ${owner.url}` : '';
  return new CommandFailure(`state directory ${stateDir} is used by ${pid}${address}`, remedy, {
    cause: error,
  });
}
