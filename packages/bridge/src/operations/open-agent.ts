import { type AgentSessionId, type ClientId, type Context, DaemonError } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { AgentConnection, AgentLease, ConversationState } from '../ports/agents.ts';
import { EarlySink } from '../session/agent-seat.ts';
import { agentSink } from '../session/agent-sink.ts';
import type { BoundDetails } from '../session/command.ts';
import { nextBinding } from '../session/decide-agent.ts';
import { requireOpen } from '../session/decision.ts';
import type { PromptBlock, Settings } from '../session/entry.ts';
import { currentLineage } from '../session/generations.ts';
import type { Session } from '../session/session.ts';
import { type Binding, isOpening, type SessionState } from '../session/state.ts';
import { readTranscript } from '../turns/read-transcript.ts';
import { reseedBlock } from '../turns/reseed-transcript.ts';
import { applySettings } from './apply-settings.ts';
import { refuse } from './shut-down.ts';

interface Reopened extends Pick<BoundDetails, 'agentSessionId' | 'agentState' | 'context' | 'reseed'> {
  readonly block: PromptBlock | null;
}

/**
 * Gets a session in `opening` an agent session again: what the agent remembers where it can (`session/resume`, then
 * `session/load`), else a fresh one that is told the history with the next prompt. Ends in `bound`; the clients that
 * wait by then, which `takeClients` gives, are registered with it.
 * @throws what the agent failed with, or shutting_down; the caller ends the opening
 */
export async function openAgent(
  core: Core,
  session: Session,
  opening: number,
  takeClients: () => readonly ClientId[],
): Promise<Exclude<Context, 'unchanged'>> {
  const { state } = session;
  const sink = new EarlySink();
  const lease = await core.agents.lease(state.agent, state.workspace);
  try {
    const { block, ...reopened } = await reopen(core, state, lease, sink);
    const { agentSessionId } = reopened;
    const applied = await applyChosen(core, session, lease.connection, agentSessionId);
    if (session.isErased || !isOpening(session.state, opening)) await giveUp(session, lease, agentSessionId);
    const binding = nextBinding(session.state);
    session.seat.sit({ lease, agentSessionId, binding, reseed: block });
    const { pid } = lease.connection;
    const clientIds = takeClients();
    const bound = session.execute({ kind: 'bound', opening, ...reopened, pid, clientIds, applied });
    sink.connect(agentSink(core, session, binding));
    await bound;
    return reopened.context;
  } catch (error) {
    const isSeated = session.seat.conversation?.lease === lease;
    const conversation = isSeated ? session.seat.vacate() : undefined;
    if (conversation !== undefined) await lease.connection.closeSession(conversation.agentSessionId);
    lease.release();
    // Whatever it was that failed, once the daemon is back it can be tried again.
    if (session.admissions.isPaused) refuse();
    throw error;
  }
}

/** Applies what clients chose, and again what they choose meanwhile: until the seat is taken nobody else would. */
async function applyChosen(
  core: Core,
  session: Session,
  connection: AgentConnection,
  agentSessionId: AgentSessionId,
): Promise<Settings> {
  for (;;) {
    const { settings } = session.state;
    const applied = await applySettings(core.logger, connection, agentSessionId, settings);
    if (session.state.settings === settings) return applied;
  }
}

/** The session was closed while its agent started. @throws session_not_found, session_changed */
async function giveUp(
  session: Session,
  { connection }: AgentLease,
  agentSessionId: AgentSessionId,
): Promise<never> {
  await connection.closeSession(agentSessionId);
  requireOpen(session.state);
  throw new DaemonError('session_changed', `session ${session.id} was opened anew meanwhile`, {
    sessionId: session.id,
  });
}

async function reopen(
  core: Core,
  state: SessionState,
  lease: AgentLease,
  sink: EarlySink,
): Promise<Reopened> {
  const { connection } = lease;
  const { binding } = state;
  if (binding?.isSeeded) {
    const native = await restoreNatively(core, state, binding, connection, sink);
    if (native !== undefined) {
      const { agentSessionId } = binding;
      return { agentSessionId, agentState: native, context: 'native', reseed: null, block: null };
    }
  }
  const { agentSessionId, ...agentState } = await connection.newSession(state, sink);
  if (state.turnCount === 0)
    return { agentSessionId, agentState, context: 'fresh', reseed: null, block: null };
  const transcript = await readTranscript(core.journal, state.sessionId, currentLineage(state));
  const { turns, omittedTurns, text, hasSummary } = transcript;
  if (turns + omittedTurns === 0 && !hasSummary)
    return { agentSessionId, agentState, context: 'fresh', reseed: null, block: null };
  const reseed = { turns, omittedTurns, chars: text.length };
  return { agentSessionId, agentState, context: 'reseeded', reseed, block: reseedBlock(transcript) };
}

/** What the agent itself can restore; undefined where it cannot, although it may have declared that it can. */
async function restoreNatively(
  core: Core,
  state: SessionState,
  { agentSessionId }: Binding,
  connection: AgentConnection,
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
      const isFinal = error instanceof DaemonError && finalFailures.has(error.code);
      if (isFinal) throw error;
      core.logger.warn(
        { sessionId: state.sessionId, err: error },
        'the agent did not restore the session itself',
      );
    }
  }
  return undefined;
}

/** After these a fresh agent session on the same process is no way out. */
const finalFailures: ReadonlySet<string> = new Set([
  'agent_exited',
  'session_restore_timeout',
  'agent_auth_required',
]);
