import { type AgentSessionId, type Context, DaemonError } from '@holdfast/protocol';
import type { AgentLease, ConversationState } from '../ports/agents.ts';
import type { Logger } from '../ports/logger.ts';
import type { EarlySink } from '../session/agent-seat.ts';
import type { PromptBlock, Settings } from '../session/entry.ts';
import type { Session } from '../session/session.ts';
import type { BranchTarget } from '../turns/branch-point.ts';
import { foldUpdate, reseedBlock, type TranscriptTurn, writeTranscript } from '../turns/reseed-transcript.ts';
import { applySettings } from './apply-settings.ts';
import type { BranchHistory } from './branch-history.ts';

/** The branch's own agent session, and what the agent knows of the past in it. */
export interface BranchAgent {
  readonly agentSessionId: AgentSessionId;
  readonly agentState: ConversationState;
  /** What clients had chosen in the source, as far as the agent took it. */
  readonly applied: Settings;
  readonly context: Exclude<Context, 'unchanged'>;
  readonly reseed: { readonly turns: number; readonly omittedTurns: number; readonly chars: number } | null;
  readonly block: PromptBlock | null;
}

/** Forks the source's agent session where that is the same past and the agent can; else a fresh one to be reseeded. */
export async function openBranchAgent(
  source: Session,
  history: BranchHistory,
  target: BranchTarget,
  { lease, sink, logger }: { readonly lease: AgentLease; readonly sink: EarlySink; readonly logger: Logger },
): Promise<BranchAgent> {
  const isPresent = target.kind === 'head' && source.state.generation === history.generation;
  const forked = isPresent ? await fork(source, lease, sink) : undefined;
  const { connection } = lease;
  const { agentSessionId, ...agentState } = forked ?? (await connection.newSession(source.state, sink));
  const applied = await applySettings(logger, connection, agentSessionId, source.state.settings);
  const opened = { agentSessionId, agentState, applied };
  if (forked !== undefined) return { ...opened, context: 'native', reseed: null, block: null };
  if (history.point.turns === 0) return { ...opened, context: 'fresh', reseed: null, block: null };
  const transcript = writeTranscript(turnsOf(history));
  const { turns, omittedTurns, text } = transcript;
  const reseed = { turns, omittedTurns, chars: text.length };
  return { ...opened, context: 'reseeded', reseed, block: reseedBlock(transcript) };
}

async function fork(source: Session, { connection }: AgentLease, sink: EarlySink) {
  const { conversation } = source.seat;
  const isSameProcess = conversation?.lease.connection === connection;
  const mayFork = source.state.phase.kind === 'idle' && source.state.binding?.isSeeded === true;
  if (
    conversation === undefined ||
    !isSameProcess ||
    !mayFork ||
    !connection.introduction.capabilities.canFork
  )
    return undefined;
  try {
    return await connection.forkSession(conversation.agentSessionId, source.state, sink);
  } catch (error) {
    // Declared but broken: the branch is reseeded instead. Only a dead process leaves no way out.
    if (error instanceof DaemonError && error.code === 'agent_exited') throw error;
    return undefined;
  }
}

function turnsOf({ events }: BranchHistory): readonly TranscriptTurn[] {
  return events.reduce<readonly TranscriptTurn[]>(
    (turns, { event }) =>
      event.type === 'session_update' ? foldUpdate(turns, event.promptId, event.data.update) : turns,
    [],
  );
}
