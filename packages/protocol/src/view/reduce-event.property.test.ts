import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { RecordedEventType } from '../events/events.ts';
import { itemsOf } from './item-list.ts';
import { reduceEvent } from './reduce-event.ts';
import { initialView, type SessionView } from './state.ts';

const sessionId = 's';
const promptId = fc.constantFrom('prompt_1', 'prompt_2', 'prompt_3');
const requestId = fc.constantFrom('perm_1', 'perm_2');
const word = fc.string({ maxLength: 8 });
const text = word.map((each) => ({ type: 'text', text: each }));

const update = fc.oneof(
  fc.record({
    sessionUpdate: fc.constantFrom('user_message_chunk', 'agent_message_chunk', 'agent_thought_chunk'),
    content: fc.oneof(text, fc.constant({ type: 'image', data: 'AA==', mimeType: 'image/png' })),
  }),
  fc.record({
    sessionUpdate: fc.constantFrom('tool_call', 'tool_call_update'),
    toolCallId: fc.constantFrom('t1', 't2'),
    title: fc.option(word),
    status: fc.constantFrom('pending', 'completed', null),
    content: fc.option(fc.array(text, { maxLength: 2 })),
  }),
  fc.record({
    sessionUpdate: fc.constant('plan'),
    entries: fc.array(fc.record({ content: word, status: word, priority: word }), { maxLength: 3 }),
  }),
  fc.record({ sessionUpdate: fc.constant('current_mode_update'), currentModeId: word }),
  fc.record({ sessionUpdate: fc.constant('session_info_update'), title: fc.option(word) }),
);

const dataOf = {
  session_update: fc.record({ sessionId: fc.constant(sessionId), update }),
  session_metadata_updated: fc.record({ displayName: word }),
  session_restored: fc.record({
    action: fc.constant('load'),
    context: fc.constant('native'),
    generation: fc.constant(1),
  }),
  session_closed: fc.record({ reason: fc.constant('client_close') }),
  session_died: fc.record({ reason: word }),
  pending_prompt_added: fc.record({ promptId, text: word, queuedAt: fc.nat() }),
  pending_prompt_started: fc.record({ promptId, text: word, queuedAt: fc.nat() }),
  pending_prompt_completed: fc.record({ promptId, state: fc.constantFrom('completed', 'removed') }),
  prompt_cancelled: fc.record({ promptId }),
  turn_complete: fc.record({ promptId, stopReason: fc.constantFrom('end_turn', 'cancelled') }),
  turn_error: fc.record({ promptId, message: word, code: fc.constant('agent_error') }),
  permission_request: fc.record({
    requestId,
    toolCall: fc.record({ toolCallId: fc.constant('t1') }),
    options: fc.constant([{ optionId: 'yes', name: 'Yes', kind: 'allow_once' }]),
  }),
  permission_resolved: fc.record({ requestId, outcome: fc.constant({ outcome: 'cancelled' }) }),
  model_switched: fc.record({ modelId: word }),
  agent_exited: fc.record({ exitCode: fc.constant(1), signal: fc.constant(null) }),
} as const satisfies Partial<Record<RecordedEventType, fc.Arbitrary<unknown>>>;

const wellFormed = fc.oneof(
  ...Object.entries(dataOf).map(([type, data]) => fc.record({ type: fc.constant(type), data })),
);
const malformed = fc.record({
  type: fc.constantFrom(...Object.keys(dataOf).filter((type) => type !== 'agent_exited')),
  data: fc.oneof(fc.constant({ displayName: 3 }), fc.constant(null), fc.constant([]), fc.constant('x')),
});
const unknown = fc.record({ type: fc.constant('unheard_of'), data: fc.anything() });

const numbered = (events: fc.Arbitrary<{ type: string; data: unknown }>) =>
  fc
    .array(fc.tuple(events, fc.integer({ min: 1, max: 3 }), fc.option(promptId)), { maxLength: 40 })
    .map((list) => {
      let id = 0;
      return list.map(([{ type, data }, step, prompt]) => {
        id += step;
        return { id, v: 1, type, data, promptId: prompt ?? undefined, _meta: { serverTimestamp: 1000 + id } };
      });
    });

const anyStream = numbered(
  fc.oneof(
    { weight: 8, arbitrary: wellFormed },
    { weight: 1, arbitrary: malformed },
    { weight: 1, arbitrary: unknown },
  ),
);
const malformedStream = numbered(malformed);
const unknownStream = numbered(unknown);

const reduceAll = (events: readonly unknown[], from: SessionView = initialView()) =>
  events.reduce(reduceEvent, from) as SessionView;

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) frozen(each);
  }
  return value;
};

describe('the view of any stream', () => {
  test.prop([anyStream])('has the greatest id seen', (events) => {
    expect(reduceAll(events).lastEventId).toBe(Math.max(0, ...events.map(({ id }) => id)));
  });

  test.prop([anyStream])('is the same when the stream is replayed', (events) => {
    const once = reduceAll(events);
    expect(reduceAll(events, once)).toBe(once);
  });

  test.prop([anyStream, fc.nat()])('is the same when a reader comes back with an overlap', (events, cut) => {
    const at = cut % (events.length + 1);
    const overlapping = [...events.slice(0, at), ...events.slice(Math.max(0, at - 5))];
    expect(reduceAll(overlapping)).toEqual(reduceAll(events));
  });

  test.prop([anyStream])('holds no open permission after a terminal', (events) => {
    const closed = { id: 9999, v: 1, type: 'session_closed', data: { reason: 'client_close' } };
    const seen = events.map((_, index) => reduceAll(events.slice(0, index + 1)));
    const ended = reduceEvent(reduceAll(events), closed);
    expect(ended.terminal).toBeDefined();
    for (const { terminal, pendingPermissions } of [...seen, ended])
      if (terminal !== undefined) expect(pendingPermissions).toEqual([]);
  });

  test.prop([anyStream])('never changes a view that somebody holds', (events) => {
    events.reduce<SessionView>((view, event) => reduceEvent(frozen(view), frozen(event)), initialView());
  });

  test.prop([anyStream, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 10, max: 60 })])(
    'stays within its limits',
    (events, maxItems, maxChars) => {
      const { transcript } = reduceAll(events, initialView({ maxItems, maxChars, maxItemChars: 20 }));
      const items = itemsOf(transcript.items);
      expect(items.length).toBe(transcript.items.length);
      expect(items.length).toBeLessThanOrEqual(maxItems);
      expect(transcript.chars).toBe(items.reduce((sum, item) => sum + item.chars, 0));
      if (items.length > 1) expect(transcript.chars).toBeLessThanOrEqual(maxChars);
      for (const item of items) expect(item.chars).toBeLessThanOrEqual(20);
    },
  );
});

const counters = { lastEventId: 0, malformedEvents: 0, unknownEvents: 0 };

test.prop([unknownStream])('unknown types change nothing but the cursor and their counter', (events) => {
  const view = reduceAll(events);
  expect({ ...view, ...counters }).toEqual({ ...initialView(), ...counters });
  expect(view).toMatchObject({ unknownEvents: events.length, malformedEvents: 0 });
});

test.prop([malformedStream])('malformed events change nothing but the cursor and their counter', (events) => {
  const view = reduceAll(events);
  expect({ ...view, ...counters }).toEqual({ ...initialView(), ...counters });
  expect(view).toMatchObject({ malformedEvents: events.length, unknownEvents: 0 });
});

test.prop([fc.array(fc.anything())])('whatever it is fed, the reducer does not throw', (events) => {
  reduceAll(events);
});
