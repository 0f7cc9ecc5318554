import { fc, test } from '@fast-check/vitest';
import { isSessionTerminal, isTurnTerminal } from '@holdfast/protocol';
import { describe, expect } from 'vitest';
import { replayed } from '../testing/given.ts';
import { runs } from '../testing/raced-bridge.ts';
import { type Life, liveThrough } from '../testing/random-life.ts';
import { steps } from '../testing/random-steps.ts';
import type { SessionEvent } from './entry.ts';
import { decodeEntry } from './envelope.ts';
import { fromRow, toRow } from './snapshot.ts';
import { pendingCount } from './state.ts';

const life = steps.map(liveThrough);

const checks: ((life: Life) => void)[] = [];

/** What holds of any life: tried on lives of its own, which names it when it fails, and below on many more. */
function always(name: string, check: (life: Life) => void): void {
  checks.push(check);
  test.prop([life], runs(100))(name, check);
}

const eventsOf = ({ entries }: Life): SessionEvent[] =>
  entries.filter((entry): entry is SessionEvent => entry.kind === 'event');
const admittedIn = ({ entries }: Life): string[] =>
  entries.flatMap((entry) => (entry.type === 'prompt_admitted' ? [entry.data.promptId] : []));
const startedIn = ({ entries }: Life): string[] =>
  entries.flatMap((entry) => (entry.type === 'prompt_started' ? [entry.data.promptId] : []));

describe('whatever happens to a session, in whatever order', () => {
  always('each accepted prompt gets exactly one terminal once everything is closed', (lived) => {
    const ended = eventsOf(lived).flatMap(({ type, promptId }) => (isTurnTerminal(type) ? [promptId] : []));
    expect([...ended].sort()).toEqual(admittedIn(lived).sort());
  });

  always('its event ids rise one by one', (lived) => {
    const ids = lived.lived.recorded.flatMap((entry) => (entry.kind === 'event' ? [entry.seq] : []));
    expect(ids).toEqual(ids.map((_, place) => place + 1));
  });

  always('at most one turn runs', (lived) => {
    const open = new Set<string>();
    for (const entry of lived.entries) {
      if (entry.type === 'prompt_started') open.add(entry.data.promptId);
      if (isTurnTerminal(entry.type) && entry.kind === 'event') open.delete(entry.promptId ?? '');
      expect(open.size).toBeLessThanOrEqual(1);
    }
  });

  always(
    'prompts start in the order they were admitted, those that interrupt before the others',
    ({ entries }) => {
      const waiting: { readonly promptId: string; readonly isInterrupting: boolean }[] = [];
      for (const entry of entries) {
        if (entry.type === 'prompt_admitted') {
          waiting.push({ promptId: entry.data.promptId, isInterrupting: entry.data.mode === 'interrupt' });
        }
        if (entry.type === 'prompt_started') {
          const [first] = waiting.filter(({ isInterrupting }) => isInterrupting).concat(waiting);
          expect(entry.data.promptId).toBe(first?.promptId);
        }
        const leaves =
          entry.type === 'prompt_started' || entry.type === 'prompt_injected' || isTurnTerminal(entry.type);
        const gone = leaves ? Reflect.get(entry.data, 'promptId') : undefined;
        const place = waiting.findIndex(({ promptId }) => promptId === gone);
        if (place !== -1) waiting.splice(place, 1);
      }
    },
  );

  always(
    'each prompt is handed to an agent at most once, to run or to join a turn, unless the agent refused to take it in',
    ({ effects, steps: told, entries }) => {
      const sent = effects.flatMap((effect) => (effect.kind === 'send_prompt' ? [effect.promptId] : []));
      const started = entries.flatMap((entry) =>
        entry.type === 'prompt_started' ? [entry.data.promptId] : [],
      );
      expect(sent).toEqual(started);
      const injections = effects.flatMap((effect) =>
        effect.kind === 'send_injection' ? [effect.promptId] : [],
      );
      const refused = new Set(
        told.flatMap(({ step, lived }) =>
          step.kind === 'injection_answered' && lived.decision.entries[0]?.type === 'pending_prompt_added'
            ? [step.promptId]
            : [],
        ),
      );
      for (const handed of [sent, injections]) expect(new Set(handed).size).toBe(handed.length);
      for (const promptId of injections) if (sent.includes(promptId)) expect(refused).toContain(promptId);
    },
  );

  always('what joined a turn ends with it, or before it', ({ entries }) => {
    const joined = new Set<string>();
    let running: string | undefined;
    for (const entry of entries) {
      if (entry.type === 'prompt_started') running = entry.data.promptId;
      if (entry.type === 'prompt_injected') joined.add(entry.data.promptId);
      if (entry.kind !== 'event' || !isTurnTerminal(entry.type)) continue;
      joined.delete(entry.promptId ?? '');
      if (entry.promptId === running) expect([...joined]).toEqual([]);
    }
  });

  always('nothing of a prompt but its waiting is told before its answer left', (lived) => {
    for (const {
      held,
      lived: { decision },
    } of lived.steps) {
      for (const entry of decision.entries) {
        if (entry.kind !== 'event' || entry.promptId === undefined || !held.has(entry.promptId)) continue;
        expect(entry.type).toBe('pending_prompt_added');
      }
    }
  });

  always('what was recorded gives the same state as living through it', ({ steps: told, lived }) => {
    expect(replayed(lived.recorded)).toEqual(lived.state);
    const middle = told[Math.floor(told.length / 2)];
    expect(replayed(middle?.lived.recorded ?? [])).toEqual(middle?.lived.state ?? null);
  });

  always('its row gives back the state it was made from', ({ steps: told }) => {
    for (const {
      lived: { state, lastSeq },
    } of told) {
      if (state === null) continue;
      const row = toRow(state, lastSeq);
      expect(fromRow(row)).toEqual(state);
      expect(row.isUnfinished).toBe(pendingCount(state.phase) > 0);
    }
  });

  always('entries read back as they were decided', ({ entries, lived }) => {
    expect(lived.recorded.map((stored) => decodeEntry(stored).entry)).toEqual(entries);
  });

  always('no event follows its terminal but those of its restore', (lived) => {
    const events = eventsOf(lived);
    for (const [place, { type }] of events.entries()) {
      const next = events[place + 1];
      if (isSessionTerminal(type) && next !== undefined) expect(next.type).toBe('agent_started');
    }
    expect(isSessionTerminal(events.at(-1)?.type ?? '')).toBe(true);
  });

  always('each question of the agent is answered once, and readers hear its end once', (lived) => {
    const asked = eventsOf(lived).flatMap((entry) =>
      entry.type === 'permission_request' ? [entry.data.requestId] : [],
    );
    const resolved = eventsOf(lived).flatMap((entry) =>
      entry.type === 'permission_resolved' ? [entry.data.requestId] : [],
    );
    expect([...resolved].sort()).toEqual([...asked].sort());
    const asks = lived.steps.filter(({ step }) => step.kind === 'ask').length;
    expect(lived.effects.filter(({ kind }) => kind === 'answer_permission')).toHaveLength(asks);
  });

  always('what waits and what runs is never lost: each prompt is queued, running or ended', (lived) => {
    const ended = new Set<string>();
    for (const {
      lived: { decision, state },
    } of lived.steps) {
      for (const entry of decision.entries)
        if (isTurnTerminal(entry.type) && entry.kind === 'event') ended.add(entry.promptId ?? '');
      const known = lived.steps.flatMap(({ step, lived: { now } }) =>
        (step.kind === 'prompt' || step.kind === 'compact') && state !== null && now <= lived.lived.now
          ? [step.promptId]
          : [],
      );
      expect(known.length).toBeGreaterThanOrEqual(state === null ? 0 : pendingCount(state.phase));
    }
    expect(ended.size).toBe(admittedIn(lived).length);
  });

  always('what still comes of an older agent session changes nothing', (lived) => {
    let current = 1;
    for (const { step, lived: after } of lived.steps) {
      const before = current;
      current = after.state?.binding?.number ?? 1;
      if (!('binding' in step) || step.binding === before) continue;
      expect(after.decision.entries).toEqual([]);
      for (const { kind } of after.decision.effects) expect(kind).toBe('answer_permission');
    }
  });

  always('a turn that was told to stop ends so, whatever the agent answers meanwhile', ({ entries }) => {
    const told = new Map<string, string>();
    for (const entry of entries) {
      if (entry.type === 'turn_ending') {
        expect(told.has(entry.data.promptId)).toBe(false);
        told.set(entry.data.promptId, entry.data.reason);
      }
      if (entry.type === 'prompt_cancelled') expect(told.has(entry.data.promptId)).toBe(false);
      if (entry.type !== 'turn_complete' && entry.type !== 'turn_error') continue;
      const reason = told.get(entry.promptId ?? '');
      const how = entry.type === 'turn_complete' ? entry.data.stopReason : entry.data.code;
      if (reason !== undefined)
        expect(how).toBe(reason === 'cancelled' ? reason : 'prompt_deadline_exceeded');
    }
  });

  test.prop([life], runs(2_000))(
    'all of this holds at once',
    (lived) => {
      for (const check of checks) check(lived);
    },
    120_000,
  );

  test.prop([life], { numRuns: 50 })('a random life is not an empty one', (lived) => {
    fc.pre(startedIn(lived).length > 0);
    expect(lived.lived.lastSeq).toBeGreaterThan(1);
  });
});
