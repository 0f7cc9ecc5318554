import type { PromptId } from '@holdfast/protocol';
import { expect } from 'vitest';
import type { JournalEntry } from '../ports/journal.ts';
import type { SessionCommand } from '../session/command.ts';
import { decide } from '../session/decide.ts';
import type { Decision, DecisionContext } from '../session/decision.ts';
import { decodeEntry, encodeEntries } from '../session/envelope.ts';
import { evolve } from '../session/evolve.ts';
import { foldEntries } from '../session/fold-entries.ts';
import type { SessionState } from '../session/state.ts';
import { tell, tellEffect } from './tell.ts';

/** When the first command of a `given` happens; each later one comes a second after the one before. */
export const firstAt = 1_000_000;

/** A session without mailbox, disk or agent: what was recorded of it, and the state that gives. */
export interface Lived {
  readonly state: SessionState | null;
  readonly recorded: readonly JournalEntry[];
  readonly lastSeq: number;
  readonly now: number;
  readonly decision: Decision;
}

export const unborn: Lived = Object.freeze({
  state: null,
  recorded: [],
  lastSeq: 0,
  now: firstAt,
  decision: { entries: [], effects: [] },
});

/** Decides one command as a session would and records what comes of it. Throws the refusal. */
export function live(lived: Lived, command: SessionCommand, context: Partial<DecisionContext> = {}): Lived {
  const now = context.now ?? lived.now;
  const decision = decide(lived.state, command, {
    now,
    lastSeq: lived.lastSeq,
    nextSeq: lived.lastSeq + 1,
    maxPendingPrompts: 5,
    isHeld: () => false,
    ...context,
  });
  const encoded = encodeEntries(decision.entries, lived.lastSeq + 1, now);
  const { state } = foldEntries({ ...lived, nextSeq: lived.lastSeq + 1 }, decision.entries, now);
  return {
    decision,
    state,
    recorded: [...lived.recorded, ...encoded.entries],
    lastSeq: encoded.lastSeq,
    now: now + 1_000,
  };
}

/** The state that what was recorded gives: as a start would read it. */
export function replayed(recorded: readonly JournalEntry[]): SessionState | null {
  let state: SessionState | null = null;
  let seq = 0;
  for (const stored of recorded) {
    if (stored.kind === 'event') seq = stored.seq;
    const { entry, at } = decodeEntry(stored);
    state = evolve(state, entry, { at, seq });
  }
  return state;
}

/** A domain test: what happened, what happens now, what must come of it. */
export function given(...history: readonly SessionCommand[]) {
  const before = history.reduce((lived, command) => live(lived, command), unborn);
  let context: Pick<DecisionContext, 'isHeld' | 'maxPendingPrompts'> = {
    isHeld: () => false,
    maxPendingPrompts: 5,
  };
  const scene = {
    state: before.state,
    holding(...prompts: readonly PromptId[]) {
      context = { ...context, isHeld: (promptId) => prompts.includes(promptId) };
      return scene;
    },
    allowing(maxPendingPrompts: number) {
      context = { ...context, maxPendingPrompts };
      return scene;
    },
    when(command: SessionCommand) {
      return {
        /** Exactly these entries and effects, in this order, in the words of `tell`. */
        yields(entries: readonly string[], effects: readonly string[] = []) {
          const after = live(before, command, context);
          expect(after.decision.entries.map(tell)).toEqual(entries);
          expect(after.decision.effects.map(tellEffect)).toEqual(effects);
          return after;
        },
        refuses(code: string, details: Readonly<Record<string, unknown>> = {}) {
          let refusal: unknown;
          try {
            live(before, command, context);
          } catch (error) {
            refusal = error;
          }
          expect(refusal).toMatchObject({ code, details });
        },
      };
    },
  };
  return scene;
}
