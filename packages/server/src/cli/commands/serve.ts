import { homedir } from 'node:os';
import { systemClock } from '@holdfast/bridge';
import type { Logger } from 'pino';
import { loadConfig } from '../../config/load-config.ts';
import type { Config } from '../../config/resolve-config.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { greetingText } from '../greeting.ts';
import { invocation } from '../invocation.ts';
import { packageVersion } from '../package-version.ts';
import type { CommandArguments } from '../parse-arguments.ts';
import { type RunningDaemon, startDaemon } from '../start-daemon.ts';
import { listenForStop } from '../stop-signals.ts';
import { terminalLogger } from '../terminal-logger.ts';

/** How long an insisted stop may take before the process ends without its agents' farewell. */
const forcedStopMs = 2_000;

/** Runs the daemon until a signal stops it. */
export async function serve(args: CommandArguments): Promise<ExitCode> {
  const config = loadConfig(args.daemonFlags, { env: process.env, cwd: process.cwd(), homeDir: homedir() });
  const logger = terminalLogger(config.options.logLevel);
  const stop = stopRequest(logger);
  try {
    const daemon = await startDaemon(config, { port: config.options.port, isAnnounced: true, logger });
    stop.attach(daemon);
    report(daemon, config, args.switches['json'] ?? false);
    const outcome = await stop.requested;
    await daemon.close(outcome === exitCodes.failed ? { drainTimeoutMs: 0 } : {});
    logger.info({}, 'stopped');
    return outcome;
  } finally {
    stop.dispose();
  }
}

/** Resolves with the exit code once something asks the daemon to stop: a signal, or a fault nobody caught. */
function stopRequest(logger: Logger) {
  let resolve: (outcome: ExitCode) => void = () => {};
  const requested = new Promise<ExitCode>((settle) => {
    resolve = settle;
  });
  let daemon: RunningDaemon | undefined;
  const unlisten = listenForStop(systemClock, {
    onStop(signal) {
      const { activePrompts } = daemon?.bridge.figures() ?? { activePrompts: 0 };
      const waiting = activePrompts === 0 ? '' : `; prompts under way: ${activePrompts}, once more stops now`;
      logger.info({ signal }, `stopping${waiting}`);
      resolve(exitCodes.ok);
    },
    onInsist(signal) {
      logger.warn({ signal }, 'stopping now');
      systemClock.after(forcedStopMs, () => process.exit(exitCodes.failed));
      if (daemon === undefined) process.exit(exitCodes.failed);
      void daemon.close({ drainTimeoutMs: 0 }).finally(() => process.exit(exitCodes.failed));
    },
  });
  const onFault = (err: unknown) => {
    logger.error({ err }, 'a fault nobody caught: stopping; the journal is safe');
    if (daemon === undefined) process.exit(exitCodes.failed);
    resolve(exitCodes.failed);
  };
  process.on('uncaughtException', onFault).on('unhandledRejection', onFault);
  return {
    requested,
    attach: (started: RunningDaemon) => {
      daemon = started;
    },
    dispose() {
      unlisten();
      process.off('uncaughtException', onFault).off('unhandledRejection', onFault);
    },
  };
}

function report(daemon: RunningDaemon, config: Config, isJson: boolean): void {
  const { url, pid, tokenFile, stateDir, bridge } = daemon;
  if (isJson) {
    process.stdout.write(`${JSON.stringify({ url, pid, tokenFile })}\n`);
    return;
  }
  const { sessionIdleTimeoutMs, sessionReapIntervalMs, agentIdleTimeoutMs } = config.options;
  const greeting = greetingText({
    version: packageVersion(),
    url,
    tokenFile,
    isOpen: daemon.token === null,
    stateDir,
    isDefaultStateDir: config.sources.stateDir === 'default',
    workspaces: config.workspaces,
    cwd: process.cwd(),
    agents: bridge.listAgents(),
    sessionIdleTimeoutMs,
    sessionReapIntervalMs,
    agentIdleTimeoutMs,
    invokedAs: invocation(process.env),
  });
  process.stdout.write(greeting);
}
