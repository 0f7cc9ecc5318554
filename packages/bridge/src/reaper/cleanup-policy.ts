import type { PlanCleanupBody, PlannedCleanup, SessionId } from '@holdfast/protocol';

/** What is to be kept; 0 is off. */
export type CleanupWishes = Required<Pick<PlanCleanupBody, 'olderThanMs' | 'maxSessions' | 'maxBytes'>>;

/** Why a session is left alone, whatever its age. */
export type Immunity = 'running' | 'watched' | 'pinned' | 'protected';

export interface CleanupCandidate {
  readonly sessionId: SessionId;
  /** Epoch ms. */
  readonly activityAt: number;
  /** 0 where nobody asks for it. */
  readonly bytes: number;
  readonly immunity: Immunity | undefined;
}

export interface CleanupChoice {
  readonly sessionId: SessionId;
  readonly reason: PlannedCleanup['reason'];
}

interface Standing {
  /** A prompt runs or waits, or an agent is being acquired. */
  readonly isBusy: boolean;
  readonly subscribers: number;
  readonly isPinned: boolean;
  readonly isProtected: boolean;
}

/** Why a session is not to be cleaned up, as it stands. */
export function immunityOf({ isBusy, subscribers, isPinned, isProtected }: Standing): Immunity | undefined {
  if (isBusy) return 'running';
  if (subscribers > 0) return 'watched';
  if (isProtected) return 'protected';
  return isPinned ? 'pinned' : undefined;
}

/**
 * Which sessions have to go, the longest inactive first: all that are too old, then as many as are too many, then as many
 * as are too much. Immune ones stay and count.
 */
export function cleanupPolicy(
  candidates: readonly CleanupCandidate[],
  { olderThanMs, maxSessions, maxBytes }: CleanupWishes,
  now: number,
): readonly CleanupChoice[] {
  const oldestFirst = candidates.toSorted(
    (one, other) => one.activityAt - other.activityAt || (one.sessionId < other.sessionId ? -1 : 1),
  );
  let sessions = candidates.length;
  let bytes = candidates.reduce((sum, candidate) => sum + candidate.bytes, 0);
  const choices: CleanupChoice[] = [];
  const reasonFor = ({ activityAt }: CleanupCandidate): CleanupChoice['reason'] | undefined => {
    if (olderThanMs > 0 && now - activityAt > olderThanMs) return 'older_than';
    if (maxSessions > 0 && sessions > maxSessions) return 'max_sessions';
    return maxBytes > 0 && bytes > maxBytes ? 'max_bytes' : undefined;
  };
  for (const candidate of oldestFirst) {
    const reason = candidate.immunity === undefined ? reasonFor(candidate) : undefined;
    if (reason === undefined) continue;
    choices.push({ sessionId: candidate.sessionId, reason });
    sessions -= 1;
    bytes -= candidate.bytes;
  }
  return choices;
}
