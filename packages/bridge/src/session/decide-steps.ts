import { type Decision, type DecisionContext, nothing, together } from './decision.ts';
import { foldEntries } from './fold-entries.ts';
import type { SessionState } from './state.ts';

/** Decides step by step, each upon what the steps before it record. */
export function decideSteps(
  state: SessionState,
  { now, lastSeq, nextSeq }: DecisionContext,
  ...steps: readonly ((state: SessionState) => Decision)[]
): Decision {
  let decision = nothing;
  for (const step of steps) {
    const position = foldEntries({ state, lastSeq, nextSeq }, decision.entries, now);
    decision = together(decision, step(position.state ?? state));
  }
  return decision;
}
