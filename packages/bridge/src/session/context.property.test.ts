import { fc, test } from '@fast-check/vitest';
import { isTurnTerminal } from '@holdfast/protocol';
import { describe, expect } from 'vitest';
import { runs } from '../testing/raced-bridge.ts';
import { type Life, liveThrough } from '../testing/random-life.ts';
import { steps } from '../testing/random-steps.ts';
import { maxCheckpoints } from './checkpoints.ts';
import { currentGeneration, currentLineage, keptGenerations } from './generations.ts';
import type { SessionState } from './state.ts';
import { archivedUpTo } from './trim.ts';

const life = steps.map(liveThrough);

const checks: ((life: Life) => void)[] = [];

/** What holds of any life: tried on lives of its own, which names it when it fails, and below on many more. */
function always(name: string, check: (life: Life) => void): void {
  checks.push(check);
  test.prop([life], runs(100))(name, check);
}

const statesOf = ({ steps: told }: Life): SessionState[] =>
  told.flatMap(({ lived: { state } }) => (state === null ? [] : [state]));

describe('whatever happens to a session, in whatever order, of its conversations', () => {
  always('the generation rises one by one, and only by a command or a handoff', (lived) => {
    let before = 1;
    for (const { step, lived: after } of lived.steps) {
      const { state, decision } = after;
      if (state === null) continue;
      const begun = decision.entries.filter(({ type }) => type === 'generation_started');
      expect(state.generation).toBe(before + begun.length);
      if (begun.length > 0) expect(['reset', 'restore_checkpoint', 'answered']).toContain(step.kind);
      expect(currentGeneration(state).generation).toBe(state.generation);
      before = state.generation;
    }
  });

  always('generations lie end to end, and a conversation never reads an event twice', (lived) => {
    for (const state of statesOf(lived)) {
      for (const [place, { afterEventId }] of state.generations.entries())
        if (place > 0) expect(state.generations[place - 1]?.upToEventId).toBe(afterEventId);
      let end = 0;
      for (const { afterEventId, upToEventId } of currentLineage(state)) {
        expect(afterEventId).toBeGreaterThanOrEqual(end);
        expect(upToEventId).toBeGreaterThan(afterEventId);
        end = upToEventId;
      }
      expect(state.generations.length).toBeLessThanOrEqual(keptGenerations);
      expect(state.checkpoints.length).toBeLessThanOrEqual(maxCheckpoints);
    }
  });

  always(
    'what was trimmed stays trimmed: of the conversation it was cut off, and of replays for good',
    (lived) => {
      let archived = 0;
      for (const state of statesOf(lived)) {
        const { trim, generation } = state;
        expect(archivedUpTo(state)).toBeGreaterThanOrEqual(archived);
        archived = archivedUpTo(state);
        if (trim?.generation !== generation) continue;
        for (const { afterEventId } of currentLineage(state))
          expect(afterEventId).toBeGreaterThanOrEqual(trim.upToEventId);
      }
    },
  );

  always('no turn reaches from one generation into the next', ({ entries }) => {
    let running: string | undefined;
    for (const entry of entries) {
      if (entry.type === 'prompt_started') running = entry.data.promptId;
      if (entry.kind === 'event' && isTurnTerminal(entry.type) && entry.promptId === running)
        running = undefined;
      if (entry.type === 'generation_started') expect(running).toBeUndefined();
    }
  });

  always('a checkpoint points to the end of a turn, or to where its generation began', (lived) => {
    const ends = new Set(
      lived.lived.recorded.flatMap((entry) =>
        entry.kind === 'event' && isTurnTerminal(entry.type) ? [entry.seq] : [],
      ),
    );
    for (const { checkpoints, generations } of statesOf(lived).slice(-1)) {
      for (const { eventId, generation } of checkpoints) {
        const begun = generations.find((candidate) => candidate.generation === generation);
        expect(ends.has(eventId) || eventId === begun?.afterEventId).toBe(true);
      }
    }
  });

  always('a compaction that began has exactly one outcome, before the end of its turn', ({ entries }) => {
    let open = false;
    for (const { type } of entries) {
      if (type === 'compaction_started') {
        expect(open).toBe(false);
        open = true;
      }
      if (type !== 'compaction_completed' && type !== 'compaction_failed') continue;
      expect(open).toBe(true);
      open = false;
    }
    expect(open).toBe(false);
  });

  always('an agent session of an older generation is never one to come back to', (lived) => {
    let boundIn = 1;
    for (const { lived: after } of lived.steps) {
      const { state, decision } = after;
      if (state === null) continue;
      if (decision.entries.some(({ type }) => type === 'agent_bound')) boundIn = state.generation;
      if (state.binding?.isSeeded) expect(boundIn).toBe(state.generation);
    }
  });

  always('the numbers of agent sessions rise', (lived) => {
    const numbers = lived.entries.flatMap((entry) =>
      entry.type === 'agent_bound' ? [entry.data.binding] : [],
    );
    expect(numbers).toEqual(numbers.map((_, place) => place + 1));
  });

  test.prop([life], runs(2_000))(
    'all of this holds at once',
    (lived) => {
      for (const check of checks) check(lived);
    },
    120_000,
  );

  test.prop([life], { numRuns: 50 })('more than one generation is not rare', (lived) => {
    fc.pre(lived.entries.some(({ type }) => type === 'generation_started'));
    expect(lived.lived.state?.generation).toBeGreaterThan(1);
  });
});
