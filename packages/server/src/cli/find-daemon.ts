import { HoldfastClient, HoldfastError } from '@holdfast/sdk';
import { isLoopbackHost } from '../auth/loopback.ts';
import type { Config } from '../config/resolve-config.ts';
import { readToken } from '../config/token-file.ts';
import { type DaemonFile, readDaemonFile } from './daemon-file.ts';
import { packageVersion } from './package-version.ts';

/** How to reach a daemon. */
export interface DaemonAddress {
  readonly url: string;
  readonly token: string | undefined;
}

/** How long a daemon on this machine may take to say that it is there. */
const greetingMs = 2_000;

/** A client of a daemon. */
export const clientOf = ({ url, token }: DaemonAddress) =>
  new HoldfastClient({ baseUrl: url, token, userAgent: `holdfast-cli/${packageVersion()}` });

/** The daemon that was named, or the one that runs on the state directory; undefined when none answers there. */
export async function findDaemon(
  config: Config,
  namedUrl: string | undefined,
): Promise<DaemonAddress | undefined> {
  if (namedUrl !== undefined) return { url: namedUrl, token: tokenFor(config, namedUrl) };
  const daemon = readDaemonFile(config.stateDir);
  if (daemon === undefined || !(await answers(daemon.url))) return undefined;
  return { url: daemon.url, token: tokenOf(config, daemon) };
}

async function answers(url: string): Promise<boolean> {
  try {
    await new HoldfastClient({ baseUrl: url, retry: null, timeoutMs: greetingMs }).health();
    return true;
  } catch (error) {
    // A daemon that crashed left its file behind; what listens there now, if anything, is not ours.
    if (error instanceof HoldfastError) return false;
    throw error;
  }
}

/** The running daemon's own word on its token, unless the user says otherwise. */
function tokenOf(config: Config, daemon: DaemonFile): string | undefined {
  if (config.sources.tokenFile !== 'default' || daemon.tokenFile === null) return explicitToken(config);
  return readToken(daemon.tokenFile);
}

/** The generated token of this machine is never sent to another one. */
function tokenFor(config: Config, url: string): string | undefined {
  const { token } = config;
  if (token.kind !== 'generated') return explicitToken(config);
  return URL.canParse(url) && isLoopbackHost(new URL(url).hostname) ? tokenIfAny(token.path) : undefined;
}

function explicitToken({ token }: Config): string | undefined {
  if (token.kind === 'environment') return token.token;
  return token.kind === 'file' ? readToken(token.path) : undefined;
}

function tokenIfAny(path: string): string | undefined {
  try {
    return readToken(path);
  } catch {
    // No daemon of ours has been here yet: the one at the address may need no token, or says so.
    return undefined;
  }
}
