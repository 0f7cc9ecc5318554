import { promptIdOf } from '@holdfast/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../journal/memory/open-memory-store.ts';
import type { JournalEvent } from '../ports/journal.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { freshSession } from '../testing/journal-samples.ts';
import { sequentialIds } from '../testing/sequential-ids.ts';
import type { Gap } from './turn-collector.ts';
import type { TurnDraft } from './turn-draft.ts';
import { firstTurns, lastTurns } from './turn-pages.ts';

type Step = 'user' | 'agent' | 'inject' | 'remove' | 'drop' | 'end' | 'noise' | 'gap';
const steps = fc.array(
  fc.constantFrom<Step>('user', 'agent', 'agent', 'inject', 'remove', 'drop', 'end', 'noise', 'gap'),
  {
    maxLength: 60,
  },
);

/** The events of a life in which one turn runs at a time, and what its turns are, in the order of their ends. */
function lived(life: readonly Step[]) {
  const events: JournalEvent[] = [];
  const expected: string[] = [];
  let turn = 0;
  let removed = 0;
  let said: string[] = [];
  let joined: string[] = [];
  const add = (type: string, data: object, promptId?: string) => {
    const seq = events.length + 1;
    events.push({
      kind: 'event',
      seq,
      type,
      json: JSON.stringify({ id: seq, v: 1, type, data, promptId, _meta: { serverTimestamp: seq } }),
    });
    return seq;
  };
  const say = (kind: string) => {
    if (said.length === 0) turn += 1;
    const first = said.length === 0;
    const text = `${kind}${events.length + 1}`;
    const sessionUpdate = first ? 'user_message_chunk' : `${kind}_message_chunk`;
    add('session_update', { update: { sessionUpdate, content: { type: 'text', text } } }, `t${turn}`);
    said.push(text);
  };
  const endJoined = (promptId: string) => {
    add('turn_complete', { promptId, stopReason: 'end_turn' }, promptId);
    expected.push(`${promptId} completed user${promptId}`);
  };
  for (const step of life) {
    if (step === 'user' || step === 'agent') say(step);
    else if (step === 'noise') add('agent_started', {});
    else if (step === 'gap') {
      const seq = add('journal_gap', { fromId: events.length + 1, toId: events.length + 1 });
      expected.push(`gap ${seq}`);
    } else if (step === 'remove') {
      removed += 1;
      const promptId = `r${removed}`;
      add('pending_prompt_completed', { promptId, state: 'removed', text: promptId }, promptId);
      add('turn_complete', { promptId, stopReason: 'cancelled' }, promptId);
      expected.push(`${promptId} cancelled ${promptId}`);
    } else if (step === 'drop') {
      removed += 1;
      add('turn_complete', { promptId: `r${removed}`, stopReason: 'cancelled' }, `r${removed}`);
      expected.push(`r${removed} cancelled `);
    } else if (step === 'inject') {
      if (said.length === 0) continue;
      removed += 1;
      const promptId = `r${removed}`;
      const content = { type: 'text', text: `user${promptId}` };
      add('session_update', { update: { sessionUpdate: 'user_message_chunk', content } }, promptId);
      joined.push(promptId);
    } else if (said.length > 0) {
      const late = joined.filter((_, place) => place % 2 === 1);
      for (const promptId of joined.filter((_, place) => place % 2 === 0)) endJoined(promptId);
      add('turn_complete', { promptId: `t${turn}`, stopReason: 'end_turn' }, `t${turn}`);
      expected.push(`t${turn} completed ${said.toSorted().join(' ')}`);
      for (const promptId of late) endJoined(promptId);
      said = [];
      joined = [];
    }
  }
  if (said.length > 0) {
    for (const promptId of joined) endJoined(promptId);
    expected.push(`t${turn} running ${said.toSorted().join(' ')}`);
  }
  return { events, expected, running: said.length > 0 ? promptIdOf(`t${turn}`) : undefined };
}

function told(entry: TurnDraft | Gap): string {
  if (!('promptId' in entry)) return `gap ${entry.endSeq}`;
  const { promptId, state, user, agentText } = entry.toTurn(1, true);
  const words = [...user.text.split('\n'), ...agentText.split(/(?=agent|user)/)].filter(
    (word) => word !== '',
  );
  return `${promptId} ${state} ${words.toSorted().join(' ')}`;
}

async function recorded(events: readonly JournalEvent[]) {
  const { journal } = await openMemoryStore({ clock: new FakeClock(), ids: sequentialIds() });
  const sessionId = freshSession();
  await journal.commit({ appends: [{ sessionId, expectedSeq: 0, entries: events }], isAcknowledged: true });
  return { journal, sessionId };
}

describe('pages of turns', () => {
  it('concatenate to the whole from the end to the beginning, each turn whole', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 5 }), async (life, limit) => {
        const { events, expected, running } = lived(life);
        const { journal, sessionId } = await recorded(events);
        const pages: string[][] = [];
        let upTo = events.length;
        for (let isTail = true; ; isTail = false) {
          const page = await lastTurns(journal, sessionId, {
            span: { after: 0, upTo },
            limit,
            running,
            isTail,
          });
          expect(page.entries.length).toBeLessThanOrEqual(limit);
          pages.unshift(page.entries.map(told));
          if (page.olderBefore === undefined) break;
          upTo = page.olderBefore - 1;
        }
        expect(pages.flat()).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('concatenate to the whole from the beginning to the end, each turn whole', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 5 }), async (life, limit) => {
        const { events, expected, running } = lived(life);
        const { journal, sessionId } = await recorded(events);
        const pages: string[][] = [];
        for (let after = 0; ; ) {
          const span = { after, upTo: events.length };
          const page = await firstTurns(journal, sessionId, { span, limit, running, floor: 0 });
          expect(page.entries.length).toBeLessThanOrEqual(limit);
          pages.push(page.entries.map(told));
          if (page.newerAfter === undefined) break;
          after = page.newerAfter;
        }
        expect(pages.flat()).toEqual(expected);
      }),
      {
        numRuns: 3000,
        // A turn that was at work before the page and after what ended in it.
        examples: [[['user', 'agent', 'remove', 'user', 'drop', 'drop', 'end'], 1]],
      },
    );
  });

  it('say where the other direction goes on', async () => {
    const { events } = lived(['user', 'end', 'user', 'agent', 'end', 'user', 'end']);
    const { journal, sessionId } = await recorded(events);
    const span = { after: 0, upTo: events.length };
    const last = await lastTurns(journal, sessionId, { span, limit: 1, running: undefined, isTail: true });
    const middle = await lastTurns(journal, sessionId, {
      span: { after: 0, upTo: (last.olderBefore ?? 0) - 1 },
      limit: 1,
      running: undefined,
      isTail: false,
    });
    const again = await firstTurns(journal, sessionId, {
      span: { after: middle.newerAfter ?? 0, upTo: events.length },
      limit: 9,
      running: undefined,
      floor: 0,
    });
    expect([last, middle, again].map(({ entries }) => entries.map(told))).toEqual([
      ['t3 completed user6'],
      ['t2 completed agent4 user3'],
      ['t3 completed user6'],
    ]);
  });
});
