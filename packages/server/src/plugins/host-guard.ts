import { DaemonError } from '@holdfast/protocol';
import { isLoopbackHost } from '../auth/loopback.ts';

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/;
/** Addresses to listen on that name no host. */
const WILDCARDS: ReadonlySet<string> = new Set(['', '0.0.0.0', '::', '[::]']);

export interface HostRules {
  /** The address the daemon listens on; requests may name it, unless it is a wildcard. */
  readonly host: string;
  /** Further names, with a port (then only that one) or without. */
  readonly allowedHosts: readonly string[];
}

/**
 * Refuses requests whose `Host` is neither loopback nor listed: a web page can make a name of its own point at this
 * machine (DNS rebinding), but cannot choose the header.
 * @throws host_forbidden
 */
export function hostGuard({ host, allowedHosts }: HostRules): (header: string | undefined) => void {
  const listed = new Set(allowedHosts.map((name) => name.toLowerCase()));
  if (!WILDCARDS.has(host))
    listed.add(host.includes(':') && !host.startsWith('[') ? `[${host}]` : host.toLowerCase());
  return (header) => {
    const authority = header?.toLowerCase() ?? '';
    const hostname = HOST.exec(authority)?.[1];
    if (hostname !== undefined) {
      if (isLoopbackHost(hostname) || listed.has(hostname) || listed.has(authority)) return;
    }
    throw new DaemonError(
      'host_forbidden',
      `Host ${JSON.stringify(header ?? '')} is not allowed; allow it with --allow-host`,
    );
  };
}
