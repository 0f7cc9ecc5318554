import { enableCompileCache } from 'node:module';
import { isAbsolute, join } from 'node:path';

/**
 * Keeps what V8 made of the program for the next start, which halves the time it takes. Node checks what it finds
 * against its own version and the sources; where nothing can be kept, the program is compiled as ever. Not Node's own
 * default below the directory for temporary files, where another user could have put something first.
 */
export function keepCompiledCode(
  env: Readonly<Record<string, string | undefined>>,
  homeDir: string,
): ReturnType<typeof enableCompileCache> {
  const { XDG_CACHE_HOME: cacheHome = '' } = env;
  const parent = isAbsolute(cacheHome) ? cacheHome : join(homeDir, '.cache');
  return enableCompileCache(join(parent, 'holdfast'));
}
