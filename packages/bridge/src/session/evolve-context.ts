import { type Checkpoint, withCheckpoint } from './checkpoints.ts';
import { compactionReport } from './compaction-report.ts';
import type { SessionFacts } from './entry.ts';
import { withTurn } from './evolve-turns.ts';
import { type Basis, currentGeneration, type Generation, withinLimit } from './generations.ts';
import type { Moment } from './position.ts';
import type { SessionState } from './state.ts';
import { archivedUpTo } from './trim.ts';

/** The conversation begins anew: what the agent knows and uses so far is another one's. */
export function generationStarted(
  state: SessionState,
  { generation, reason, basis }: SessionFacts['generation_started'],
  { at, seq }: Moment,
): SessionState {
  const begun: Generation = {
    generation,
    afterEventId: seq,
    upToEventId: null,
    reason,
    startedAt: at,
    basis: basis.kind === 'summary' ? ({ ...basis, upToEventId: seq } satisfies Basis) : basis,
    isTold: false,
  };
  const earlier = state.generations.slice(0, -1);
  const generations = [...earlier, { ...currentGeneration(state), upToEventId: seq }, begun];
  return {
    ...state,
    generation,
    generations: withinLimit(
      generations,
      state.checkpoints.map((checkpoint) => checkpoint.generation),
    ),
    binding: state.binding && { ...state.binding, isSeeded: false },
    agentState: { ...state.agentState, usage: null },
  };
}

/** Readers heard of the generation. */
export const generationTold = (state: SessionState): SessionState => ({
  ...state,
  generations: [...state.generations.slice(0, -1), { ...currentGeneration(state), isTold: true }],
});

/** The oldest turns are not part of the conversation any more. */
export const historyTrimmed = (
  state: SessionState,
  { generation, upToEventId }: SessionFacts['history_trimmed'],
): SessionState => ({
  ...state,
  trim: { generation, upToEventId, archivedUpTo: Math.max(archivedUpTo(state), upToEventId) },
});

/** A checkpoint was made, or moved. */
export function checkpointed(
  state: SessionState,
  made: SessionFacts['checkpoint_kept'],
  at: number,
): SessionState {
  const { checkpointId, generation, eventId, name = null, reason } = made;
  const checkpoint: Checkpoint = { checkpointId, generation, eventId, name, reason, createdAt: at };
  return { ...state, checkpoints: withCheckpoint(state.checkpoints, checkpoint) };
}

/** The agent said something in a turn that compacts: that it speaks at all, or how the compaction went. */
export function withCompactionNews(
  state: SessionState,
  update: Readonly<Record<string, unknown>>,
): SessionState {
  const { phase } = state;
  if (phase.kind !== 'running' || phase.turn.compaction === null) return state;
  const { compaction } = phase.turn;
  const hasText = compaction.hasText || hasWords(update);
  const report = compactionReport(update) ?? compaction.report;
  if (hasText === compaction.hasText && report === compaction.report) return state;
  return withTurn(state, (turn) => ({ ...turn, compaction: { ...compaction, hasText, report } }));
}

function hasWords({ sessionUpdate, content }: Readonly<Record<string, unknown>>): boolean {
  if (sessionUpdate !== 'agent_message_chunk') return false;
  const text =
    typeof content === 'object' && content !== null && 'text' in content ? content.text : undefined;
  return typeof text === 'string' && text.trim() !== '';
}
