import type { Envelope } from '@holdfast/sdk';
import { describe, expect, test } from 'vitest';
import { judge, marked } from './checks.ts';
import { type Evidence, noEvidence, seenEvent } from './evidence.ts';

const event = (id: number, type: string, data: object = {}) =>
  seenEvent({ id, v: 1, type, data, _meta: { serverTimestamp: 0 } } as Envelope);

/** A session in which one prompt ran, was asked about, and ended. */
const journal = [
  event(1, 'session_created'),
  event(2, 'session_update', { promptId: 'p' }),
  event(3, 'permission_request', { requestId: 'r' }),
  event(4, 'permission_resolved', { requestId: 'r' }),
  event(5, 'turn_complete', { promptId: 'p', stopReason: 'end_turn' }),
  event(7, 'session_restored'),
];

/** What a run without a fault leaves; `spoil` changes it. */
function evidence(spoil: (evidence: Evidence) => void = () => {}): Evidence {
  const sound: Evidence = {
    ...noEvidence(),
    prompts: [{ sessionId: 's', promptId: 'p', token: 'c1.1' }],
    sessions: ['s'],
    votes: [{ sessionId: 's', requestId: 'r' }],
    names: [{ sessionId: 's', displayName: 'c1.2' }],
    recordedNames: new Set(['c1.2']),
    journals: new Map([['s', journal]]),
    // It saw the end that the restore superseded.
    readers: [
      {
        name: 'steady',
        sessionId: 's',
        after: 0,
        events: [...journal.slice(0, 5), event(6, 'session_closed'), ...journal.slice(5)],
      },
    ],
    executions: [{ pid: 1, sessionId: 'agent', text: marked('/say hi', 'c1.1') }],
    integrity: 'ok',
  };
  spoil(sound);
  return sound;
}

const broken = (found: Evidence) =>
  judge(found).flatMap(({ promise, faults }) => (faults.length > 0 ? [promise] : []));

test('a run without a fault breaks no promise, and every promise was looked at', () => {
  const verdicts = judge(evidence());
  expect(verdicts.flatMap(({ faults }) => faults)).toEqual([]);
  expect(verdicts.filter(({ looked }) => looked === 0)).toEqual([]);
});

describe('the harness finds', () => {
  const [reader] = evidence().readers;
  const seen = reader?.events ?? [];
  const withReader = (events: typeof seen) => (found: Evidence) => {
    found.readers.splice(0, 1, { name: 'steady', sessionId: 's', after: 0, events });
  };
  const withJournal = (events: typeof seen) => (found: Evidence) => {
    found.journals.set('s', events);
  };

  test.each<[string, string, (found: Evidence) => void]>([
    ['a gap in a stream', "every reader's stream is the journal", withReader(seen.toSpliced(1, 1))],
    [
      'a repeat in a stream',
      "every reader's stream is the journal",
      withReader(seen.toSpliced(1, 0, ...seen.slice(0, 1))),
    ],
    ['a stream that stopped early', "every reader's stream is the journal", withReader(seen.slice(0, 3))],
    [
      'an event only a reader has',
      "every reader's stream is the journal",
      withReader([...seen, event(8, 'turn_error')]),
    ],
    ['another content', 'an id never has another content', withReader(seen.with(1, event(2, 'other')))],
    [
      'a superseded terminal that was seen with another content',
      'an id never has another content',
      (found) => {
        const other = seen.with(5, event(6, 'session_died'));
        found.readers.push({ name: 'hopping', sessionId: 's', after: 0, events: other });
      },
    ],
    ['ids that do not rise', 'event ids strictly rise', withJournal([...journal, event(7, 'x')])],
    [
      'a lost terminal',
      'every acknowledged prompt has one terminal',
      withJournal(journal.filter(({ type }) => type !== 'turn_complete')),
    ],
    [
      'a second terminal',
      'every acknowledged prompt has one terminal',
      withJournal([...journal, event(8, 'turn_error', { promptId: 'p' })]),
    ],
    [
      'a prompt nobody acknowledged that never ends',
      'every prompt of the journal has one terminal',
      withJournal([...journal, event(8, 'pending_prompt_added', { promptId: 'q' })]),
    ],
    [
      'a prompt that ran twice',
      'no prompt runs twice, or beside another',
      (found) => {
        found.executions = [...found.executions, ...found.executions];
      },
    ],
    [
      'prompts that overlap',
      'no prompt runs twice, or beside another',
      (found) => {
        found.executions = found.executions.map((execution) => ({ ...execution, overlap: true }));
      },
    ],
    [
      'a good end without a run',
      'a prompt that ended well ran',
      (found) => {
        found.executions = [];
      },
    ],
    [
      'a lost session',
      'acknowledged sessions, names and votes are there',
      (found) => void found.sessions.push('t'),
    ],
    [
      'a lost vote',
      'acknowledged sessions, names and votes are there',
      (found) => void found.votes.push({ sessionId: 's', requestId: 'q' }),
    ],
    [
      'a lost name',
      'acknowledged sessions, names and votes are there',
      (found) => void found.names.push({ sessionId: 's', displayName: 'x' }),
    ],
    [
      'a question without an outcome',
      'every permission request has one outcome',
      withJournal([...journal, event(8, 'permission_request', { requestId: 'q' })]),
    ],
    ['a session without rest', 'every session comes to rest', (found) => void found.restless.push('s')],
    [
      'a process that survives',
      'no process survives',
      (found) => {
        found.survivors = [1];
      },
    ],
    [
      'a damaged database',
      'the database is sound',
      (found) => {
        found.integrity = 'row 1 missing from index';
      },
    ],
  ])('%s', (_, promise, spoil) => {
    expect(broken(evidence(spoil))).toContain(promise);
  });
});
