import { execFile } from 'node:child_process';
import { findExecutable } from './executable.ts';

/**
 * Finds the words to put before a command so that the kernel kills it when this process dies, by whatever signal
 * (Linux prctl PR_SET_PDEATHSIG through util-linux setpriv, which execs: the pid stays the command's own).
 * Empty where there is no such thing; then the sweep at the next start is all.
 */
export async function parentDeathGuard(path: string): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const setpriv = findExecutable('setpriv', path, '/');
  if (setpriv === undefined) return [];
  const words = [setpriv, '--pdeathsig', 'KILL', '--'];
  // Other setprivs (busybox) lack the option; asking is the only way to know.
  const works = await new Promise<boolean>((done) => {
    execFile(setpriv, [...words.slice(1), setpriv, '--version'], (error) => done(error === null));
  });
  return works ? words : [];
}
