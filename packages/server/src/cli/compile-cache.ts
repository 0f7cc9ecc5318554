import { enableCompileCache } from 'node:module';
import { isAbsolute, join } from 'node:path';

/**
 * Keeps what V8 made of the program for the next start, which then takes two thirds of the time. Node checks what it finds
 * against its own version and the sources; where nothing can be kept, the program is compiled as ever. Not Node's own
 * default below the directory for temporary files, where another user could have put something first.
 */
export function keepCompiledCode(env: Readonly<Record<string, string | undefined>>): void {
  const { XDG_CACHE_HOME: cacheHome = '', HOME: home = '' } = env;
  const parent = isAbsolute(cacheHome) ? cacheHome : join(home, '.cache');
  if (isAbsolute(parent)) enableCompileCache(join(parent, 'holdfast'));
}
