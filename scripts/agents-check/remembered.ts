// Proves that the model still knows the earlier conversation, and that its history was not recorded twice.
import assert from 'node:assert/strict';
import { type Envelope, type EventOf, isEvent } from '@holdfast/sdk';
import { member } from './json-reader.ts';
import type { Check } from './step.ts';

type Action = EventOf<'session_restored'>['data']['action'];

/** What a restore was found to be. */
export interface Remembered {
  readonly context: EventOf<'session_restored'>['data']['context'];
  readonly note: string;
}

/**
 * Asks something and looks at the request that the model got for it: the secret of the first prompt must be in it.
 * `after` is an event id before the restore.
 */
export async function expectRemembered(
  { conversation, secret }: Check,
  { after, action }: { readonly after: number; readonly action: Action },
): Promise<Remembered> {
  const asked = await conversation.expectAnswer('What did I tell you?', { text: 'You told me a password.' });
  const restored = await conversation.log.next('session_restored', after);
  assert.equal(restored.data.action, action);
  const { context, turns, omittedTurns } = restored.data;
  assert.ok(context === 'native' || context === 'reseeded', `context is ${context}`);
  const sent = conversation.sent(asked);
  assert.ok(
    sent.body.includes(secret),
    `context is ${context}, but the model was not sent the earlier words`,
  );
  const replayed = conversation.log.events.filter(
    (event) => Number(event.id) > Number(restored.id) && event.promptId !== asked.promptId && isSpeech(event),
  );
  assert.equal(replayed.length, 0, 'events of the past were recorded once more');
  const transcript = context === 'reseeded' ? ` (${turns} turns told, ${omittedTurns} omitted)` : '';
  return { context, note: `the model was sent the earlier conversation${transcript}` };
}

const speech: ReadonlySet<unknown> = new Set([
  'user_message_chunk',
  'agent_message_chunk',
  'agent_thought_chunk',
  'tool_call',
  'tool_call_update',
  'plan',
]);

const isSpeech = (event: Envelope): boolean =>
  isEvent(event, 'session_update') && speech.has(member(event.data.update, 'sessionUpdate'));
