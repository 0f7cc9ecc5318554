import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DaemonError } from '@holdfast/protocol';
import type { Config, TokenOrigin } from '../../config/resolve-config.ts';
import { isOpenToOthers, readToken } from '../../config/token-file.ts';
import type { Finding } from './finding.ts';

/** The state directory: there or makeable, ours, closed to others. */
export function checkStateDir({ stateDir }: Config): Finding {
  const topic = 'state directory';
  const existing = nearestExisting(stateDir);
  if (!isWritable(existing)) {
    return {
      topic,
      status: 'broken',
      detail: `${existing} cannot be written`,
      remedy: 'name another with --state-dir',
    };
  }
  if (existing !== stateDir) return { topic, status: 'ok', detail: `${stateDir} (made at the first start)` };
  if (!statSync(stateDir).isDirectory()) {
    return {
      topic,
      status: 'broken',
      detail: `${stateDir} is not a directory`,
      remedy: 'name another with --state-dir',
    };
  }
  if (isOpenToOthers(stateDir)) {
    return {
      topic,
      status: 'warning',
      detail: `${stateDir} is open to others`,
      remedy: `chmod 700 ${stateDir} (the next start does it)`,
    };
  }
  return { topic, status: 'ok', detail: stateDir };
}

/** The token: where it comes from, and whether it can be used. */
export function checkToken({ token }: Config): Finding {
  const topic = 'token';
  switch (token.kind) {
    case 'none':
      return {
        topic,
        status: 'warning',
        detail: 'none: every program on this machine may use the daemon',
        remedy: 'leave out --no-auth',
      };
    case 'environment':
      return { topic, status: 'ok', detail: 'from HOLDFAST_TOKEN' };
    case 'generated':
      if (!existsSync(token.path))
        return { topic, status: 'ok', detail: `${token.path} (made at the first start)` };
      return checkTokenFile(token);
    case 'file':
      return checkTokenFile(token);
    default:
      return token satisfies never;
  }
}

function checkTokenFile({ kind, path }: Extract<TokenOrigin, { readonly path: string }>): Finding {
  const topic = 'token';
  try {
    readToken(path);
  } catch (error) {
    if (error instanceof DaemonError) return { topic, status: 'broken', detail: error.message };
    throw error;
  }
  if (!isOpenToOthers(path)) return { topic, status: 'ok', detail: path };
  const status = kind === 'generated' ? 'broken' : 'warning';
  return { topic, status, detail: `${path} can be read by others`, remedy: `chmod 600 ${path}` };
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    // Not ours to write: that is the answer.
    return false;
  }
}
