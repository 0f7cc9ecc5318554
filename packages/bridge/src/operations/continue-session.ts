import { DaemonError } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { AgentLease, ConversationState } from '../ports/agents.ts';
import { EarlySink } from '../session/agent-seat.ts';
import { agentSink } from '../session/agent-sink.ts';
import type { BoundDetails } from '../session/command.ts';
import { nextBinding } from '../session/decide-agent.ts';
import { failureOf } from '../session/effects.ts';
import type { Session } from '../session/session.ts';
import type { Binding, SessionState } from '../session/state.ts';
import { readTranscript } from '../turns/read-transcript.ts';
import { reseedBlock } from '../turns/reseed-transcript.ts';
import type { PromptBlock } from '../session/entry.ts';

interface Reopened extends Omit<BoundDetails, 'pid'> {
  readonly block: PromptBlock | null;
}

/**
 * Gets a stranded session an agent session again: what the agent remembers where it can (`session/resume`, then
 * `session/load`), else a fresh one that is told the history with the next prompt. Ends in `bound` or `not_bound`.
 */
export async function continueSession(core: Core, session: Session): Promise<void> {
  let lease: AgentLease | undefined;
  try {
    session.seat.reserve(() => core.slots.acquire());
    const { state } = session;
    const sink = new EarlySink();
    lease = await core.agents.lease(state.agent, state.workspace);
    const { block, ...reopened } = await reopen(core, state, lease, sink);
    const binding = nextBinding(session.state);
    const { agentSessionId } = reopened;
    session.seat.sit({ lease, agentSessionId, binding, reseed: block });
    session.submit({ kind: 'bound', ...reopened, pid: lease.connection.pid });
    sink.connect(agentSink(core, session, binding));
  } catch (error) {
    lease?.release();
    core.logger.warn({ sessionId: session.id, agent: session.state.agent, err: error }, 'session not continued');
    session.submit({ kind: 'not_bound', failure: failureOf(error) });
  }
}

async function reopen(core: Core, state: SessionState, lease: AgentLease, sink: EarlySink): Promise<Reopened> {
  const { connection } = lease;
  const { binding } = state;
  if (binding?.isSeeded) {
    const native = await restoreNatively(core, state, binding, lease, sink);
    if (native !== undefined) {
      return { agentSessionId: binding.agentSessionId, agentState: native, context: 'native', reseed: null, block: null };
    }
  }
  const { agentSessionId, ...agentState } = await connection.newSession(state, sink);
  if (state.turnCount === 0) return { agentSessionId, agentState, context: 'fresh', reseed: null, block: null };
  const transcript = await readTranscript(core.journal, state.sessionId);
  const { turns, omittedTurns, text } = transcript;
  const reseed = { turns, omittedTurns, chars: text.length };
  return { agentSessionId, agentState, context: 'reseeded', reseed, block: reseedBlock(transcript) };
}

/** What the agent itself can restore; undefined where it cannot, although it may have declared that it can. */
async function restoreNatively(
  core: Core,
  state: SessionState,
  { agentSessionId }: Binding,
  { connection }: AgentLease,
  sink: EarlySink,
): Promise<ConversationState | undefined> {
  const { canResume, canLoad } = connection.introduction.capabilities;
  const attempts = [
    canResume ? () => connection.resumeSession(agentSessionId, state, sink) : undefined,
    canLoad ? () => connection.loadSession(agentSessionId, state, sink) : undefined,
  ];
  for (const attempt of attempts) {
    if (attempt === undefined) continue;
    try {
      return await attempt();
    } catch (error) {
      // A process that ended cannot be asked for a fresh session either.
      if (error instanceof DaemonError && error.code === 'agent_exited') throw error;
      core.logger.warn({ sessionId: state.sessionId, err: error }, 'the agent did not restore the session itself');
    }
  }
  return undefined;
}
