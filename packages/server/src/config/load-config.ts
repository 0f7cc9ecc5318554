import { realpathSync, statSync } from 'node:fs';
import { DaemonError } from '@holdfast/protocol';
import { readConfigFile } from './config-file.ts';
import { type Config, type ConfigInputs, resolveConfig } from './resolve-config.ts';

/** Where the process runs: what a configuration is read from besides the command line. */
export type Surroundings = Pick<ConfigInputs, 'env' | 'cwd' | 'homeDir'>;

/**
 * Finds the configuration file, merges everything, and makes the workspace roots canonical.
 * @throws invalid_option naming the option, the value and the remedy
 */
export function loadConfig(flags: ConfigInputs['flags'], surroundings: Surroundings): Config {
  const named = flags.config ?? surroundings.env['HOLDFAST_CONFIG'];
  const file = readConfigFile(
    typeof named === 'string' && named !== '' ? named : undefined,
    surroundings.cwd,
  );
  const config = resolveConfig({ flags, file, ...surroundings });
  return Object.freeze({
    ...config,
    workspaces: Object.freeze(unique(config.workspaces.map(canonicalRoot))),
  });
}

/** @throws invalid_option for a root that does not exist or is no directory */
function canonicalRoot(root: string): string {
  try {
    const path = realpathSync(root);
    if (statSync(path).isDirectory()) return path;
  } catch (cause) {
    throw new DaemonError(
      'invalid_option',
      `--workspace ${root} does not exist: create it or name another`,
      {},
      { cause },
    );
  }
  throw new DaemonError('invalid_option', `--workspace ${root} is not a directory: name one`);
}

const unique = (roots: readonly string[]) => [...new Set(roots)];
