import { DaemonError } from '@holdfast/protocol';
import { isLoopbackHost } from '../auth/loopback.ts';

/** Refuses to serve the network without a token. @throws invalid_option naming the remedies */
export function checkExposure({ host, noAuth }: { readonly host: string; readonly noAuth: boolean }): void {
  if (!noAuth || isLoopbackHost(host)) return;
  throw new DaemonError(
    'invalid_option',
    `--no-auth is for loopback only, and --host is ${host}: leave out --no-auth, or listen on 127.0.0.1`,
  );
}

/** An address clients on this machine can connect to: a wildcard stands for all, and is none. */
export function reachableUrl(url: string): string {
  const parsed = new URL(url);
  if (parsed.hostname === '0.0.0.0') parsed.hostname = '127.0.0.1';
  if (parsed.hostname === '[::]') parsed.hostname = '[::1]';
  return parsed.href.replace(/\/$/, '');
}
