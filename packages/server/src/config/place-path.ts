import { resolve } from 'node:path';

/** Tells whether a path begins with a `~` that no shell expanded: in a file, or after `--flag=`. */
export const isInHome = (path: string) => path === '~' || path.startsWith('~/');

/** Makes a path absolute: from the home directory for `~/…`, else from `cwd`. */
export const placePath = (
  path: string,
  { cwd, homeDir }: { readonly cwd: string; readonly homeDir: string },
): string => (isInHome(path) ? resolve(homeDir, path.slice(2)) : resolve(cwd, path));
