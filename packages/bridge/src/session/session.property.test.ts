import { fc, test } from '@fast-check/vitest';
import { isSessionTerminal, isTurnTerminal } from '@holdfast/protocol';
import { describe, expect } from 'vitest';
import { replayed } from '../testing/given.ts';
import { type Life, liveThrough, steps } from '../testing/random-life.ts';
import type { SessionEvent } from './entry.ts';
import { decodeEntry } from './envelope.ts';
import { fromRow, toRow } from './snapshot.ts';
import { pendingCount } from './state.ts';

const numRuns = 300;
const life = steps.map(liveThrough);

const eventsOf = ({ entries }: Life): SessionEvent[] =>
  entries.filter((entry): entry is SessionEvent => entry.kind === 'event');
const admittedIn = ({ entries }: Life): string[] =>
  entries.flatMap((entry) => (entry.type === 'prompt_admitted' ? [entry.data.promptId] : []));
const startedIn = ({ entries }: Life): string[] =>
  entries.flatMap((entry) => (entry.type === 'prompt_started' ? [entry.data.promptId] : []));

describe('whatever happens to a session, in whatever order', () => {
  test.prop([life], { numRuns })(
    'each accepted prompt gets exactly one terminal once everything is closed',
    (lived) => {
      const ended = eventsOf(lived).flatMap(({ type, promptId }) => (isTurnTerminal(type) ? [promptId] : []));
      expect([...ended].sort()).toEqual(admittedIn(lived).sort());
    },
  );

  test.prop([life], { numRuns })('its event ids rise one by one', (lived) => {
    const ids = lived.lived.recorded.flatMap((entry) => (entry.kind === 'event' ? [entry.seq] : []));
    expect(ids).toEqual(ids.map((_, place) => place + 1));
  });

  test.prop([life], { numRuns })('at most one turn runs', (lived) => {
    const open = new Set<string>();
    for (const entry of lived.entries) {
      if (entry.type === 'prompt_started') open.add(entry.data.promptId);
      if (isTurnTerminal(entry.type) && entry.kind === 'event') open.delete(entry.promptId ?? '');
      expect(open.size).toBeLessThanOrEqual(1);
    }
  });

  test.prop([life], { numRuns })(
    'prompts start in the order they were admitted, each at most once',
    (lived) => {
      const started = startedIn(lived);
      const order = admittedIn(lived).filter((promptId) => started.includes(promptId));
      expect(started).toEqual(order);
      const sent = lived.effects.flatMap((effect) =>
        effect.kind === 'send_prompt' ? [effect.promptId] : [],
      );
      expect(sent).toEqual(started);
    },
  );

  test.prop([life], { numRuns })(
    'nothing of a prompt but its waiting is told before its answer left',
    (lived) => {
      for (const {
        held,
        lived: { decision },
      } of lived.steps) {
        for (const entry of decision.entries) {
          if (entry.kind !== 'event' || entry.promptId === undefined || !held.has(entry.promptId)) continue;
          expect(entry.type).toBe('pending_prompt_added');
        }
      }
    },
  );

  test.prop([life], { numRuns })(
    'what was recorded gives the same state as living through it',
    ({ steps: told, lived }) => {
      expect(replayed(lived.recorded)).toEqual(lived.state);
      const middle = told[Math.floor(told.length / 2)];
      expect(replayed(middle?.lived.recorded ?? [])).toEqual(middle?.lived.state ?? null);
    },
  );

  test.prop([life], { numRuns })('its row gives back the state it was made from', ({ steps: told }) => {
    for (const {
      lived: { state, lastSeq },
    } of told) {
      if (state === null) continue;
      const row = toRow(state, lastSeq);
      expect(fromRow(row)).toEqual(state);
      expect(row.isUnfinished).toBe(pendingCount(state.phase) > 0);
    }
  });

  test.prop([life], { numRuns })('entries read back as they were decided', ({ entries, lived }) => {
    expect(lived.recorded.map((stored) => decodeEntry(stored).entry)).toEqual(entries);
  });

  test.prop([life], { numRuns })('no event follows its terminal but those of its restore', (lived) => {
    const events = eventsOf(lived);
    for (const [place, { type }] of events.entries()) {
      const next = events[place + 1];
      if (isSessionTerminal(type) && next !== undefined) expect(next.type).toBe('agent_started');
    }
    expect(events.at(-1)?.type).toBe('session_closed');
  });

  test.prop([life], { numRuns })(
    'each question of the agent is answered once, and readers hear its end once',
    (lived) => {
      const asked = eventsOf(lived).flatMap((entry) =>
        entry.type === 'permission_request' ? [entry.data.requestId] : [],
      );
      const resolved = eventsOf(lived).flatMap((entry) =>
        entry.type === 'permission_resolved' ? [entry.data.requestId] : [],
      );
      expect([...resolved].sort()).toEqual([...asked].sort());
      const asks = lived.steps.filter(({ step }) => step.kind === 'ask').length;
      expect(lived.effects.filter(({ kind }) => kind === 'answer_permission')).toHaveLength(asks);
    },
  );

  test.prop([life], { numRuns })(
    'what waits and what runs is never lost: each prompt is queued, running or ended',
    (lived) => {
      const ended = new Set<string>();
      for (const {
        lived: { decision, state },
      } of lived.steps) {
        for (const entry of decision.entries)
          if (isTurnTerminal(entry.type) && entry.kind === 'event') ended.add(entry.promptId ?? '');
        const known = lived.steps.flatMap(({ step, lived: { now } }) =>
          step.kind === 'prompt' && state !== null && now <= lived.lived.now ? [step.promptId] : [],
        );
        expect(known.length).toBeGreaterThanOrEqual(state === null ? 0 : pendingCount(state.phase));
      }
      expect(ended.size).toBe(admittedIn(lived).length);
    },
  );

  test.prop([life], { numRuns: 50 })('a random life is not an empty one', (lived) => {
    fc.pre(startedIn(lived).length > 0);
    expect(lived.lived.lastSeq).toBeGreaterThan(1);
  });
});
