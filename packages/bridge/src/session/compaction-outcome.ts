import { event, type SessionEntry } from './entry.ts';
import { tokensInContext } from './evolve-turns.ts';
import type { RunningCompaction, SessionState, Turn } from './state.ts';
import type { TurnEnd } from './turn-end.ts';

/** What becomes of the compaction a turn was for: one outcome, before the turn's terminal. */
export function compactionOutcome(
  state: SessionState,
  turn: Pick<Turn, 'compaction' | 'promptId'>,
  end: TurnEnd,
): readonly SessionEntry[] {
  const { compaction, promptId } = turn;
  if (compaction === null) return [];
  const { sessionId } = state;
  const error = failureOf(compaction, end);
  if (error !== undefined) return [event('compaction_failed', { sessionId, error }, { promptId })];
  const completed = { sessionId, ...tokensOf(state, compaction), context: contextOf(compaction) };
  return [event('compaction_completed', completed, { promptId })];
}

function contextOf({ strategy, report }: RunningCompaction): 'native' | 'reseeded' | 'unchanged' {
  if (strategy === 'handoff') return 'reseeded';
  return report?.status === 'unneeded' ? 'unchanged' : 'native';
}

function tokensOf(state: SessionState, { strategy, tokensBefore, report }: RunningCompaction) {
  // A fresh agent session has used nothing yet.
  if (strategy === 'handoff') return { tokensBefore: tokensBefore ?? undefined };
  const tokens = tokensInContext(state);
  // An agent that reported nothing new has not said what is left.
  const left = tokens !== null && tokens !== tokensBefore ? tokens : undefined;
  return {
    tokensBefore: report?.tokensBefore ?? tokensBefore ?? undefined,
    tokensAfter: report?.tokensAfter ?? left,
  };
}

/** Whether it worked: the agent finished by itself, and of a handoff there is something to go on from. */
export const isCompacted = ({ compaction }: Pick<Turn, 'compaction'>, end: TurnEnd): boolean =>
  compaction !== null && failureOf(compaction, end) === undefined;

function failureOf({ strategy, hasText, report }: RunningCompaction, end: TurnEnd): string | undefined {
  if (end.kind === 'error') return `${end.code}: ${end.message}`;
  if (end.stopReason !== 'end_turn') return `the agent stopped early: ${end.stopReason}`;
  if (strategy === 'handoff') return hasText ? undefined : 'the agent wrote no summary';
  if (report?.status !== 'failed' && report?.status !== 'cancelled') return undefined;
  return report.error ?? `the agent reports that the compaction ${report.status}`;
}
