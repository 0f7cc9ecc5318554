import { DaemonError } from '@holdfast/protocol';
import type { AgentDefinition } from '../ports/agents.ts';
import { AcpAgent, type AgentTimeouts } from './acp-agent.ts';
import type { AgentLink } from './agent-link.ts';
import { withDeadline } from './deadline.ts';
import { initializeParams, parseIntroduction } from './introduction.ts';
import { type AgentProcess, type ProcessContext, startProcess } from './process.ts';

export interface StartContext extends ProcessContext {
  readonly client: { readonly name: string; readonly version: string };
  readonly timeouts: AgentTimeouts;
  /** See ReadOptions. */
  readonly throttle: () => Promise<void> | undefined;
  readonly maxLineBytes: number;
}

/** A process that has introduced itself. */
export interface RunningAgent {
  readonly connection: AcpAgent;
  readonly process: AgentProcess;
  /** Resolves when it has ended and everything it said was delivered. */
  readonly ended: Promise<unknown>;
}

/**
 * Starts a process and has it introduce itself, both within `initTimeoutMs`; on failure, or when `signal` aborts,
 * nothing of it is left.
 * @throws agent_start_failed{agent, exitCode, stderrTail}, agent_auth_required, init_timeout{timeoutMs, stderrTail}
 */
export async function startAgent(
  definition: AgentDefinition,
  workspace: string,
  marker: string,
  context: StartContext,
  signal: AbortSignal,
): Promise<RunningAgent> {
  const { clock, logger, throttle, maxLineBytes, timeouts, client } = context;
  const agent = definition.name;
  const startedAt = clock.elapsedMs();
  // The ACP SDK takes as long to read as a small agent takes to start: both at once, and neither before it is needed.
  const [process, { AgentLink: Link }] = await Promise.all([
    startProcess(definition, workspace, marker, context),
    import('./agent-link.ts'),
  ]);
  const stop = () => void process.stop('now');
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const link = new Link(process, {
    agent,
    clientName: client.name,
    clock,
    logger,
    throttle,
    maxLineBytes,
  });
  try {
    const timeoutMs = timeouts.initTimeoutMs;
    const answer = await withDeadline(link.request('initialize', initializeParams(client)), {
      clock,
      timeoutMs: Math.max(1, startedAt + timeoutMs - clock.elapsedMs()),
      expired: () =>
        new DaemonError(
          'init_timeout',
          describe(link, `Agent "${agent}" did not answer initialize within ${timeoutMs} ms`),
          { agent, timeoutMs, stderrTail: process.stderrTail() },
        ),
    });
    const introduction = parseIntroduction(answer);
    if (introduction === undefined) {
      throw new DaemonError(
        'agent_error',
        `Agent "${agent}" does not speak ACP version 1: ${excerpt(answer)}`,
      );
    }
    link.authMethods = introduction.authMethods;
    logger.info({ agent, workspace, pid: process.pid, agentInfo: introduction.agentInfo }, 'agent started');
    return {
      connection: new AcpAgent(link, introduction, { agent, clock, timeouts }),
      process,
      ended: link.ended,
    };
  } catch (error) {
    await process.stop('now');
    throw startFailure(agent, link, error);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function startFailure(agent: string, link: AgentLink, error: unknown): unknown {
  if (!(error instanceof DaemonError)) return error;
  if (error.code === 'init_timeout' || error.code === 'agent_auth_required') return error;
  const { exitCode = null, signal = null } = error.details;
  const stderrTail = link.process.stderrTail();
  return new DaemonError(
    'agent_start_failed',
    describe(link, error.message),
    { ...error.details, agent, exitCode, signal, stderrTail },
    { cause: error },
  );
}

/** Adds what the agent said that may explain it. */
function describe(link: AgentLink, what: string): string {
  const lastWords = link.process.stderrTail().trimEnd().split('\n').at(-1) ?? '';
  const stderr =
    lastWords === '' ? 'it wrote nothing to stderr' : `its last line on stderr: ${excerpt(lastWords)}`;
  return [what, link.noise, stderr].filter((part) => part !== '').join('; ');
}

const excerpt = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 300);
