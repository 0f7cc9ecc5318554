import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, resolve } from 'node:path';

/** Finds what `command` runs: a path (relative to `cwd`) as it is, a bare name along `path`; undefined when nothing does. */
export function findExecutable(command: string, path: string, cwd: string): string | undefined {
  if (command.includes('/') || isAbsolute(command)) {
    const file = resolve(cwd, command);
    return isExecutable(file) ? file : undefined;
  }
  const names = process.platform === 'win32' ? [`${command}.exe`, command] : [command];
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => names.map((name) => resolve(cwd, folder, name)))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Not there or not ours to run: both mean that this is not the executable.
    return false;
  }
}
