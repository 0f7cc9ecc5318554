import { type Bridge, createBridge } from '@holdfast/bridge';
import type { Logger } from 'pino';
import { reachableUrl } from '../config/exposure-policy.ts';
import type { Config } from '../config/resolve-config.ts';
import { prepareStateDir } from '../config/state-dir.ts';
import { type DaemonToken, obtainToken } from '../config/token-file.ts';
import { createServer } from '../create-server.ts';
import { CommandFailure } from './command-failure.ts';
import { connectionLimit, openFileLimit } from './connection-limit.ts';
import { type DaemonFile, removeDaemonFile, writeDaemonFile } from './daemon-file.ts';
import { nameOwner } from './name-owner.ts';
import { packageVersion } from './package-version.ts';

/** A daemon that listens, in this process. */
export interface RunningDaemon extends DaemonFile {
  readonly bridge: Bridge;
  readonly token: string | null;
  /** Canonical. */
  readonly stateDir: string;
  /** Ends turns, tells readers, stops every agent. Idempotent. */
  close(options?: { readonly drainTimeoutMs?: number }): Promise<void>;
}

/** Where a daemon listens, and whether the other commands are to find it. */
export interface StartOptions {
  readonly port: number;
  readonly isAnnounced: boolean;
  readonly logger: Logger;
}

/**
 * Starts bridge and server; a start that fails leaves nothing behind.
 * @throws state_dir_in_use, invalid_option; CommandFailure when the address cannot be had
 */
export async function startDaemon(
  config: Config,
  { port, isAnnounced, logger }: StartOptions,
): Promise<RunningDaemon> {
  for (const notice of config.notices) logger.warn({}, notice);
  const stateDir = prepareStateDir(config.stateDir);
  const bridge = await openBridge(config, stateDir, logger);
  try {
    const daemonToken = obtainToken(config.token);
    if (daemonToken.notice !== undefined) logger.warn({}, daemonToken.notice);
    const server = await openServer(config, { bridge, daemonToken, logger });
    const listening = await server.listen({ host: config.host, port }).catch(async (error: unknown) => {
      await server.close();
      throw addressFailure(error, config.host, port);
    });
    const record = { url: reachableUrl(listening), pid: process.pid, tokenFile: daemonToken.path };
    if (isAnnounced) writeDaemonFile(stateDir, record);
    let closed: Promise<void> | undefined;
    return Object.freeze({
      ...record,
      bridge,
      token: daemonToken.token,
      stateDir,
      close(options: { readonly drainTimeoutMs?: number } = {}) {
        removeDaemonFile(stateDir, process.pid);
        // Streams stay open while the bridge writes how their turns ended.
        const bridgeClosed = bridge.close(options);
        closed ??= bridgeClosed.finally(() => server.close());
        return closed;
      },
    });
  } catch (error) {
    await bridge.close({ drainTimeoutMs: 0 });
    throw error;
  }
}

async function openBridge(config: Config, stateDir: string, logger: Logger): Promise<Bridge> {
  const { options, agents, workspaces } = config;
  try {
    return await createBridge({
      ...options,
      stateDir,
      workspaces,
      agents,
      logger,
      clientInfo: { name: 'holdfast', version: packageVersion() },
    });
  } catch (error) {
    throw nameOwner(error, stateDir);
  }
}

async function openServer(
  { options, host }: Config,
  {
    bridge,
    daemonToken,
    logger,
  }: { readonly bridge: Bridge; readonly daemonToken: DaemonToken; readonly logger: Logger },
) {
  const maxConnections = connectionLimit(options.maxConnections, openFileLimit());
  if (maxConnections < options.maxConnections) {
    logger.warn(
      { maxConnections },
      'fewer connections than configured: the open-file limit (ulimit -n) allows no more',
    );
  }
  return createServer({
    bridge,
    auth: daemonToken.token === null ? null : { token: daemonToken.token },
    host,
    allowedOrigins: options.allowOrigin,
    allowedHosts: options.allowHost,
    bodyLimitBytes: options.bodyLimitBytes,
    maxConnections,
    heartbeatIntervalMs: options.heartbeatIntervalMs,
    writerIdleTimeoutMs: options.writerIdleTimeoutMs,
    logger,
    serverInfo: { name: 'holdfast', version: packageVersion() },
  });
}

const addressFaults: Readonly<Record<string, readonly [fault: string, remedy: string]>> = {
  EADDRINUSE: ['is in use', 'stop what listens there, or choose another with --port (0 = any free one)'],
  EACCES: ['needs more rights', 'choose a --port above 1023'],
  EADDRNOTAVAIL: ['is no address of this machine', 'choose another with --host'],
  ENOTFOUND: ['is no name this machine knows', 'choose another with --host'],
};

function addressFailure(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = Object.hasOwn(addressFaults, code) ? addressFaults[code] : undefined;
  if (known === undefined) return error;
  const [fault, remedy] = known;
  return new CommandFailure(`${host}:${port} ${fault}`, remedy, { cause: error });
}
