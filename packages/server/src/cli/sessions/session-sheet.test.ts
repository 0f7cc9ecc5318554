import type { Checkpoint, SessionDescription } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { sessionSheet } from './session-sheet.ts';

const nowMs = Date.parse('2026-11-21T12:00:00Z');
const sessionId = '3f2a9c10-0000-4000-8000-000000000001';
const session = (changes: Partial<SessionDescription> = {}): SessionDescription => ({
  sessionId,
  workspaceCwd: '/srv/holdfast',
  agent: 'demo',
  createdAt: '2026-11-21T08:00:00.000Z',
  updatedAt: '2026-11-21T09:00:00.000Z',
  clientCount: 0,
  hasActivePrompt: false,
  isWaitingForPermission: false,
  state: 'idle',
  generation: 1,
  revision: 0,
  lastEventId: 9,
  eventEpoch: '00000000-0000-4000-8000-000000000000',
  config: {},
  lineage: {},
  extensions: [],
  pendingPrompts: [],
  pendingPermissions: [],
  ...changes,
});
const first = {
  generation: 1,
  reason: 'first' as const,
  startedAt: 0,
  afterEventId: 0,
  basis: 'nothing' as const,
};
const checkpoint = (place: number, changes: Partial<Checkpoint> = {}): Checkpoint => ({
  checkpointId: `cp_${place}`,
  sessionId,
  generation: 1,
  eventId: place,
  reason: 'reset',
  createdAt: nowMs - 60_000,
  ...changes,
});
const sheet = (
  described: SessionDescription,
  {
    checkpoints = [] as Checkpoint[],
    generations = [first] as Parameters<typeof sessionSheet>[0]['generations'],
  } = {},
) => {
  const facts = { session: described, messages: { entries: [] }, checkpoints, generations };
  return sessionSheet(facts, { nowMs, isFull: false });
};

test('a plain session is told without lines for what it has not', () => {
  const names = sheet(session())
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(' ')[0]);
  expect(names).toEqual(['session', 'state', 'agent', 'directory', 'created', 'active', 'generation']);
  expect(sheet(session())).toContain('active       3 h ago\n');
});

test('the state is told with its reason, its question and who is there', () => {
  expect(sheet(session({ state: 'closed', closedReason: 'idle_timeout', archived: true }))).toContain(
    'state        closed (idle_timeout), archived\n',
  );
  expect(sheet(session({ state: 'running', isWaitingForPermission: true, clientCount: 2 }))).toContain(
    'state        running, waits for a permission, 2 clients\n',
  );
});

test('the queue and the questions of the agent are told', () => {
  const pendingPrompts = [
    { promptId: 'prompt_1', text: 'go', queuedAt: 1, state: 'running' as const },
    { promptId: 'prompt_2', text: 'then\nthis', queuedAt: 2, state: 'queued' as const },
  ];
  const text = sheet(session({ pendingPrompts }));
  expect(text).toContain(
    '\nprompts and questions\n  running  prompt_1  go\n  queued   prompt_2  then this\n',
  );
});

test('ways back are told newest first, five of them', () => {
  const checkpoints = [1, 2, 3, 4, 5, 6, 7].map((place) => checkpoint(place));
  const text = sheet(session(), {
    checkpoints: [...checkpoints, checkpoint(8, { reason: 'user', name: 'good' })],
  });
  const lines = text.split('\n').filter((line) => line.includes('cp_'));
  expect(lines[0]).toBe('checkpoints  cp_8  generation 1 up to event 8, good, 1 min ago');
  expect(lines[1]).toBe('             cp_7  generation 1 up to event 7, before reset, 1 min ago');
  expect(lines).toHaveLength(5);
  expect(text).toContain('and 3 older\n');
});

test('what people wrote about it is told', () => {
  const text = sheet(
    session({
      title: 'Mend',
      alias: 'ci',
      labels: ['a', 'b'],
      notes: 'see\nhere',
      pinned: true,
      revision: 4,
    }),
  );
  expect(text.split('\n')[0]).toBe('Mend');
  for (const line of [
    'alias        ci',
    'labels       a, b',
    'flags        pinned',
    'notes        see here',
    'revision     4',
  ])
    expect(text).toContain(`${line}\n`);
});

test('a later generation is told with its reason and what is kept', () => {
  const second = { ...first, generation: 2, reason: 'reset' as const };
  expect(sheet(session({ generation: 2 }), { generations: [first, second] })).toMatch(
    /generation {3}2 \(reset, began .*; 1 earlier one kept\)/,
  );
});
