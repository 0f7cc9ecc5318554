import { describe, expect, test } from 'vitest';
import { itemsOf } from './item-list.ts';
import { reduceEvent } from './reduce-event.ts';
import { initialView, type SessionView } from './state.ts';

type Said = readonly [type: string, data: object, promptId?: string];

const view = (...events: Said[]) => after(initialView(), ...events);

function after(from: SessionView, ...events: Said[]): SessionView {
  const first = from.lastEventId + 1;
  return events.reduce(
    (seen, [type, data, promptId], index) =>
      reduceEvent(seen, { id: first + index, v: 1, type, data, promptId, _meta: { serverTimestamp: 1000 } }),
    from,
  );
}

const update = (sessionUpdate: string, more: object, promptId = 'p1'): Said => [
  'session_update',
  { sessionId: 's', update: { sessionUpdate, ...more } },
  promptId,
];
const says = (kind: 'user' | 'agent', text: string, promptId?: string) =>
  update(`${kind}_message_chunk`, { content: { type: 'text', text } }, promptId);
const transcript = (of: SessionView) => itemsOf(of.transcript.items);
const synthetic = (type: string, data: object) => ({ v: 1, type, data, _meta: { serverTimestamp: 1 } });

const asks: Said = [
  'permission_request',
  {
    requestId: 'perm_1',
    sessionId: 's',
    toolCall: { toolCallId: 't1', title: 'rm' },
    options: [{ optionId: 'y', name: 'Yes', kind: 'allow_once' }],
  },
];

describe('the transcript', () => {
  test('joins chunks of one speaker and begins anew when another speaks', () => {
    const said = view(says('user', 'hi'), says('agent', 'a'), says('agent', 'b'), says('user', 'x', 'p2'));
    expect(transcript(said)).toMatchObject([
      { kind: 'user', content: [{ text: 'hi' }] },
      { kind: 'agent', content: [{ text: 'ab' }] },
      { kind: 'user', content: [{ text: 'x' }] },
    ]);
  });

  test('keeps the blocks of a person apart, as they were sent', () => {
    expect(transcript(view(says('user', 'a'), says('user', 'b')))).toMatchObject([
      { content: [{ text: 'a' }, { text: 'b' }] },
    ]);
  });

  test('separates messages that the agent names differently', () => {
    const named = (messageId: string) =>
      update('agent_message_chunk', { messageId, content: { type: 'text', text: 'a' } });
    expect(transcript(view(named('m1'), named('m1'), named('m2')))).toHaveLength(2);
  });

  test('upserts tool calls where they began; null keeps what was', () => {
    const tools = view(
      update('tool_call', { toolCallId: 't1', title: 'ls', kind: 'execute', status: 'pending' }),
      says('agent', 'a'),
      update('tool_call_update', { toolCallId: 't1', status: 'completed', title: null }),
      update('tool_call_update', { toolCallId: 't2', status: 'failed' }),
    );
    expect(transcript(tools)).toMatchObject([
      { toolCallId: 't1', title: 'ls', toolKind: 'execute', status: 'completed' },
      { kind: 'agent' },
      { toolCallId: 't2', status: 'failed' },
    ]);
  });

  test('shares everything but the last page when a chunk arrives', () => {
    const turns = Array.from({ length: 100 }, (_, n) => says(n % 2 ? 'agent' : 'user', 'x'));
    const before = view(...turns);
    const grown = after(before, says('agent', 'more'));
    expect(grown.transcript.items.pages[0]).toBe(before.transcript.items.pages[0]);
    expect(transcript(grown).at(-1)).toMatchObject({ content: [{ text: 'xmore' }] });
  });

  test('begins empty after a reset', () => {
    const reset = view(says('agent', 'a'), ['session_reset', { generation: 2, reason: 'new' }]);
    expect(transcript(reset)).toEqual([]);
    expect(reset.generation).toBe(2);
  });
});

describe('turns', () => {
  test('a plain turn begins with the words of the person and ends with its terminal', () => {
    const running = view(says('user', 'hi'));
    expect(running.turn).toEqual({ promptId: 'p1', startedAt: 1000, isCancelling: false });
    const ended = after(running, ['turn_complete', { promptId: 'p1', stopReason: 'end_turn' }]);
    expect(ended).toMatchObject({ turn: undefined, lastTurn: { promptId: 'p1', state: 'completed' } });
  });

  test('late updates of an ended turn do not open it again', () => {
    const ended = view(says('user', 'hi'), ['turn_complete', { promptId: 'p1', stopReason: 'cancelled' }]);
    expect(after(ended, says('agent', 'late'), says('user', 'late')).turn).toBeUndefined();
  });

  test('a queued prompt waits, runs and ends; a removed one never runs', () => {
    const queued = view(
      says('user', 'hi'),
      ['pending_prompt_added', { promptId: 'p2', text: 'b', queuedAt: 5 }],
      ['pending_prompt_added', { promptId: 'p3', text: 'c', queuedAt: 6 }],
    );
    expect(queued.queue.map(({ promptId }) => promptId)).toEqual(['p2', 'p3']);
    const next = after(
      queued,
      ['pending_prompt_completed', { promptId: 'p3', state: 'removed' }],
      ['turn_complete', { promptId: 'p3', stopReason: 'cancelled' }],
      ['turn_complete', { promptId: 'p1', stopReason: 'end_turn' }],
      ['pending_prompt_started', { promptId: 'p2', text: 'b', queuedAt: 5 }],
    );
    expect(next.queue).toEqual([]);
    expect(next.turn?.promptId).toBe('p2');
  });

  test('a prompt that goes first is shown first', () => {
    const { queue } = view(
      says('user', 'hi'),
      ['pending_prompt_added', { promptId: 'p2', text: 'b', queuedAt: 5, position: 0 }],
      ['pending_prompt_added', { promptId: 'p3', text: 'c', queuedAt: 6, position: 1 }],
      ['pending_prompt_added', { promptId: 'p4', text: 'd', queuedAt: 7, position: 0 }],
    );
    expect(queue.map(({ promptId }) => promptId)).toEqual(['p4', 'p2', 'p3']);
  });

  test('a cancel is seen before its terminal', () => {
    const cancelling = view(says('user', 'hi'), ['prompt_cancelled', { promptId: 'p1' }]);
    expect(cancelling.turn?.isCancelling).toBe(true);
  });

  test('a failed turn keeps its code', () => {
    const failed = view(says('user', 'hi'), [
      'turn_error',
      { promptId: 'p1', message: 'm', code: 'interrupted' },
    ]);
    expect(failed.lastTurn).toMatchObject({ state: 'failed', error: { code: 'interrupted', message: 'm' } });
  });
});

describe('permissions', () => {
  test('a request is open until it is resolved, and shows its tool call', () => {
    const asked = view(asks);
    expect(asked.pendingPermissions).toMatchObject([{ requestId: 'perm_1' }]);
    expect(transcript(asked)).toMatchObject([{ toolCallId: 't1', title: 'rm' }]);
    const resolved = after(asked, [
      'permission_resolved',
      { requestId: 'perm_1', outcome: { outcome: 'selected', optionId: 'y' } },
    ]);
    expect(resolved.pendingPermissions).toEqual([]);
  });

  test('a partial vote is counted on its request', () => {
    const voted = view(asks, [
      'permission_partial_vote',
      { requestId: 'perm_1', votesReceived: 1, votesNeeded: 2 },
    ]);
    expect(voted.pendingPermissions[0]?.votes).toEqual({ received: 1, needed: 2 });
  });
});

describe('terminals', () => {
  const closed: Said = ['session_closed', { reason: 'client_close', closedBy: 'me' }];

  test('the first of a session wins', () => {
    expect(view(closed, ['session_died', { reason: 'crash' }]).terminal).toMatchObject({
      type: 'session_closed',
    });
  });

  test.each(['stream_error', 'client_evicted'])('%s gives way to a session terminal', (type) => {
    const ended = reduceEvent(view(asks), synthetic(type, { error: 'disk', reason: 'slow' }));
    expect(ended).toMatchObject({ terminal: { type }, pendingPermissions: [] });
    expect(after(ended, closed).terminal).toMatchObject({ type: 'session_closed', closedBy: 'me' });
    expect(after(ended, closed).pendingPermissions).toEqual([]);
  });

  test('a stream error does not replace a session terminal', () => {
    expect(reduceEvent(view(closed), synthetic('stream_error', { error: 'x' })).terminal?.type).toBe(
      'session_closed',
    );
  });

  test('what was open when a stream failed is open again once the reader is back', () => {
    const ended = reduceEvent(view(asks), synthetic('stream_error', { error: 'disk' }));
    const back = reduceEvent(ended, synthetic('replay_complete', { replayedCount: 0, lastEventId: 1 }));
    expect(back.terminal).toBeUndefined();
    expect(back.pendingPermissions).toMatchObject([{ requestId: 'perm_1' }]);
    expect(after(ended, says('agent', 'x')).pendingPermissions).toHaveLength(1);
  });

  test('a restore supersedes the terminal', () => {
    const back = view(closed, ['session_restored', { action: 'load', context: 'reseeded', generation: 1 }]);
    expect(back).toMatchObject({ terminal: undefined, context: 'reseeded', isAgentRunning: true });
    const named = { action: 'load', context: 'native', generation: 1, displayName: 'Notes' };
    expect(after(back, ['session_restored', named]).displayName).toBe('Notes');
    expect(after(back, ['session_restored', { ...named, displayName: null }]).displayName).toBeUndefined();
  });
});

describe('resync', () => {
  test('after another epoch the view and its ids begin anew', () => {
    const before = view(says('agent', 'a'), says('agent', 'b'));
    const anew = reduceEvent(before, synthetic('state_resync_required', { reason: 'epoch_reset' }));
    expect(anew).toMatchObject({ lastEventId: 0, resyncs: 1, transcript: { items: { length: 0 } } });
  });

  test('after trimmed history the ids go on', () => {
    const before = view(says('agent', 'a'), says('agent', 'b'));
    const anew = reduceEvent(before, synthetic('state_resync_required', { reason: 'history_trimmed' }));
    expect(anew).toMatchObject({ lastEventId: 2, transcript: { items: { length: 0 } } });
  });
});

describe('settings', () => {
  test('model, mode, titles, usage and commands follow their events', () => {
    const set = view(
      ['session_created', { sessionId: 's', workspaceCwd: '/w', agent: 'demo' }],
      ['model_switched', { modelId: 'm' }],
      ['approval_mode_changed', { previous: 'a', next: 'b', persisted: false }],
      ['session_metadata_updated', { displayName: 'mine' }],
      update('session_info_update', { title: 'its' }),
      update('usage_update', { used: 5, size: 10 }),
      update('available_commands_update', { availableCommands: [{ name: 'compact' }] }),
    );
    expect(set).toMatchObject({
      agent: 'demo',
      modelId: 'm',
      modeId: 'b',
      displayName: 'mine',
      agentTitle: 'its',
      usage: { used: 5, size: 10 },
      commands: [{ name: 'compact' }],
    });
    expect(after(set, ['session_metadata_updated', {}]).displayName).toBeUndefined();
  });

  test('an update of a kind yet to come is counted as unknown', () => {
    expect(view(update('hologram', {}))).toMatchObject({ unknownEvents: 1, malformedEvents: 0 });
    expect(view(update('constructor', {}))).toMatchObject({ unknownEvents: 1 });
  });
});
