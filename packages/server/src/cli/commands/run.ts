import { homedir } from 'node:os';
import { systemClock } from '@holdfast/bridge';
import { loadConfig } from '../../config/load-config.ts';
import type { Config } from '../../config/resolve-config.ts';
import { CommandFailure } from '../command-failure.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { clientOf, type DaemonAddress, findDaemon } from '../find-daemon.ts';
import type { CommandArguments } from '../parse-arguments.ts';
import { type Interruption, promptTurn } from '../run/prompt-turn.ts';
import { type RunRequest, readRunRequest } from '../run/run-request.ts';
import { listenForStop } from '../stop-signals.ts';

/** How long the farewell to the daemon may take. */
const farewellMs = 5_000;

/** A daemon to run on, and how to be done with it. */
interface Host extends DaemonAddress {
  close(): Promise<void>;
}

/** Runs one prompt in a session of its own and streams the answer. */
export async function run(args: CommandArguments): Promise<ExitCode> {
  const request = await readRunRequest(args);
  const cancel = new AbortController();
  const quit = new AbortController();
  const unlisten = listenForStop(systemClock, { onStop: () => cancel.abort(), onInsist: () => quit.abort() });
  try {
    const host = await reachHost(args, request);
    try {
      return await runPrompt(host, request, { cancel: cancel.signal, quit: quit.signal });
    } finally {
      await host.close();
    }
  } catch (error) {
    // Interrupted before the turn began: what was aborted rejects, and that is what was asked for.
    if (cancel.signal.aborted) return exitCodes.cancelled;
    throw error;
  } finally {
    unlisten();
  }
}

async function runPrompt(host: Host, request: RunRequest, { cancel, quit }: Interruption): Promise<ExitCode> {
  cancel.throwIfAborted();
  const { cwd, agent, model, mode, prompt, isJson, allow } = request;
  const body = { cwd, agent, modelId: model, modeId: mode, sessionScope: 'thread' as const };
  const session = await clientOf(host).createSession(body, { signal: cancel });
  try {
    return await promptTurn(session, { prompt, isJson, allow, isFromStart: true }, { cancel, quit });
  } finally {
    // The history stays; a session that cannot be closed now is closed when it has been idle for long enough.
    await session.close({ signal: AbortSignal.timeout(farewellMs) }).catch(() => {});
  }
}

/** The running daemon, or one of our own for the duration. */
async function reachHost(args: CommandArguments, request: RunRequest): Promise<Host> {
  const surroundings = { env: process.env, cwd: process.cwd(), homeDir: homedir() };
  const config = loadConfig(args.daemonFlags, surroundings);
  const running = await findDaemon(config, request.url);
  if (running === undefined) {
    const agent = request.agentCommand === undefined ? [] : [request.agentCommand];
    const isUnplaced = config.sources.workspace === 'default' && request.cwd !== undefined;
    const workspace = isUnplaced ? [request.cwd] : config.workspaces;
    return startOwn(
      loadConfig(
        { ...args.daemonFlags, agent: [...config.options.agent, ...agent], workspace },
        surroundings,
      ),
    );
  }
  if (request.agentCommand !== undefined) {
    throw new CommandFailure(
      `the daemon at ${running.url} knows its own agents only`,
      `restart it with --agent '${request.agentCommand}', or run on one of its own with --state-dir DIR`,
    );
  }
  return { ...running, close: async () => {} };
}

async function startOwn(config: Config): Promise<Host> {
  const [{ startDaemon }, { terminalLogger }] = await Promise.all([
    import('../start-daemon.ts'),
    import('../terminal-logger.ts'),
  ]);
  const logger = terminalLogger(config.sources.logLevel === 'default' ? 'warn' : config.options.logLevel);
  const daemon = await startDaemon({ ...config, host: '127.0.0.1' }, { port: 0, isAnnounced: false, logger });
  return {
    url: daemon.url,
    token: daemon.token ?? undefined,
    close: () => daemon.close({ drainTimeoutMs: 0 }),
  };
}
