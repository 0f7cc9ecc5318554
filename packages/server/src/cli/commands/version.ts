import { type ExitCode, exitCodes } from '../exit-code.ts';
import { packageVersion } from '../package-version.ts';

/** Prints the version alone, so that scripts can read it. */
export async function version(): Promise<ExitCode> {
  process.stdout.write(`${packageVersion()}\n`);
  return exitCodes.ok;
}
