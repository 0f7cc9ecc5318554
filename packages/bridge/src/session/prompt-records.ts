import { isTurnTerminal, type PromptId } from '@holdfast/protocol';
import type { PromptEnd, PromptRecord } from '../ports/prompt-record.ts';
import type { SessionEntry, SessionEvent } from './entry.ts';
import { evolve } from './evolve.ts';
import type { Moment, SessionPosition } from './position.ts';
import { queueOf, type SessionState } from './state.ts';

/** What decided entries say of prompts, to be found by their ids; `at` is epoch ms. */
export function promptRecords(
  { state: before, lastSeq, nextSeq }: SessionPosition,
  entries: readonly SessionEntry[],
  at: number,
): readonly PromptRecord[] {
  if (!entries.some(isAboutPrompt)) return [];
  const records: PromptRecord[] = [];
  let state = before;
  let seq = lastSeq;
  let next = nextSeq;
  for (const entry of entries) {
    if (entry.kind === 'event') {
      seq = next;
      next += 1;
    }
    const record = promptRecordOf(state, entry, { at, seq });
    if (record !== undefined) records.push(record);
    state = evolve(state, entry, { at, seq });
  }
  return records;
}

/** What one entry says of a prompt of the session; undefined for all but admissions and terminals. */
export function promptRecordOf(
  state: SessionState | null,
  entry: SessionEntry,
  { at, seq }: Moment,
): PromptRecord | undefined {
  if (state === null || !isAboutPrompt(entry)) return undefined;
  const { sessionId, generation } = state;
  if (entry.kind === 'fact') {
    const { promptId } = entry.data;
    return { promptId, sessionId, generation, queuedAt: at, end: null };
  }
  // The past of a branch tells of prompts that were another session's.
  const prompt = entry.promptId === undefined ? undefined : pendingIn(state, entry.promptId);
  if (prompt === undefined) return undefined;
  const { promptId, queuedAt, startedAt } = prompt;
  const end: PromptEnd = { state: stateOf(entry), startedAt, endedAt: at, seq };
  return { promptId, sessionId, generation, queuedAt, end };
}

type AboutPrompt =
  | Extract<SessionEntry, { type: 'prompt_admitted' }>
  | Extract<SessionEvent, { type: 'turn_complete' | 'turn_error' }>;

const isAboutPrompt = (entry: SessionEntry): entry is AboutPrompt =>
  entry.type === 'prompt_admitted' || isTurnTerminal(entry.type);

interface Pending {
  readonly promptId: PromptId;
  readonly queuedAt: number;
  /** Null for one that waits. */
  readonly startedAt: number | null;
}

/** A prompt that runs or waits. */
export function pendingIn({ phase }: SessionState, promptId: string): Pending | undefined {
  const turns = phase.kind === 'running' ? [phase.turn, ...phase.turn.injected] : [];
  const waiting = queueOf(phase).map((queued) => ({ ...queued, startedAt: null }));
  return [...turns, ...waiting].find((prompt) => prompt.promptId === promptId);
}

function stateOf(terminal: Exclude<AboutPrompt, { kind: 'fact' }>): PromptEnd['state'] {
  if (terminal.type === 'turn_error') return 'failed';
  return terminal.data.stopReason === 'cancelled' ? 'cancelled' : 'completed';
}
