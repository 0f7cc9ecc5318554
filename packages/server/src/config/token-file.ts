import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { DaemonError } from '@holdfast/protocol';
import type { TokenOrigin } from './resolve-config.ts';

/** The token of a daemon: none, or its text and where a client finds it. */
export interface DaemonToken {
  readonly token: string | null;
  /** Absent: from the environment, or none. */
  readonly path: string | null;
  readonly notice?: string;
}

/** A secret no one guesses: 256 random bits, fit for a header. */
const newToken = () => randomBytes(32).toString('base64url');

/**
 * Reads the token from where it is to come from; the default file is made at the first start (0600).
 * @throws invalid_option for a file that is missing, empty or, when it is ours, open to others
 */
export function obtainToken(origin: TokenOrigin): DaemonToken {
  switch (origin.kind) {
    case 'none':
      return { token: null, path: null };
    case 'environment':
      return { token: checkToken(origin.token, 'HOLDFAST_TOKEN'), path: null };
    case 'generated':
      createOnce(origin.path);
      if (isOpenToOthers(origin.path)) {
        throw new DaemonError(
          'invalid_option',
          `${origin.path} can be read by others: run chmod 600 ${origin.path}, or delete it to get a new token`,
        );
      }
      return { token: readToken(origin.path), path: origin.path };
    case 'file': {
      const token = readToken(origin.path);
      if (!isOpenToOthers(origin.path)) return { token, path: origin.path };
      return {
        token,
        path: origin.path,
        notice: `${origin.path} can be read by others: run chmod 600 ${origin.path}`,
      };
    }
    default:
      return origin satisfies never;
  }
}

/** @throws invalid_option for a file that cannot be read or holds no usable token */
export function readToken(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DaemonError(
      'invalid_option',
      `token file ${path} cannot be read (${reason}): name another with --token-file`,
      {},
      { cause },
    );
  }
  return checkToken(text.trim(), path);
}

/** Tells whether a file lets its group or everybody in. */
export const isOpenToOthers = (path: string) =>
  process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;

function checkToken(token: string, from: string): string {
  // What a header carries unchanged (RFC 6750 §2.1, generously).
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  const fault = token === '' ? 'holds no token' : 'holds a token with blanks or special characters';
  throw new DaemonError(
    'invalid_option',
    `${from} ${fault}: use a long random text, as from openssl rand -hex 32`,
  );
}

function createOnce(path: string): void {
  try {
    writeFileSync(path, `${newToken()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    // `code` is how Node tells that the file is there already, which is what is wanted.
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DaemonError('invalid_option', `token file ${path} cannot be written: ${reason}`, {}, { cause });
  }
}
