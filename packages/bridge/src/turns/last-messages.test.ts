import { describe, expect, it } from 'vitest';
import type { JournalEvent } from '../ports/journal.ts';
import { LastMessages } from './last-messages.ts';

const said = (role: 'user' | 'agent', text: string, promptId = 'p1'): JournalEvent => ({
  kind: 'event',
  seq: 1,
  type: 'session_update',
  json: JSON.stringify({
    data: { update: { sessionUpdate: `${role}_message_chunk`, content: { type: 'text', text } } },
    promptId,
  }),
});

/** Gathered from the newest back to the oldest. */
function gathered(events: readonly JournalEvent[], { limit = 12, maxChars = 20, isAll = true } = {}) {
  const messages = new LastMessages(limit, maxChars);
  for (const event of events.toReversed()) messages.addOlder(event);
  return messages.items({ isAll }).map(({ role, text }) => `${role}: ${text}`);
}

describe('the last messages', () => {
  it('are pieces joined, oldest first, prompts apart', () => {
    const events = [said('user', 'hi'), said('agent', 'hel'), said('agent', 'lo'), said('user', 'bye', 'p2')];
    expect(gathered(events)).toEqual(['user: hi', 'agent: hello', 'user: bye']);
  });

  it('are no more than asked for, the newest', () => {
    const events = [said('user', 'one'), said('agent', 'two'), said('user', 'three', 'p2')];
    expect(gathered(events, { limit: 2 })).toEqual(['agent: two', 'user: three']);
  });

  it('are cut after their beginning', () => {
    const events = [said('user', 'x'), said('agent', 'It begins so, '), said('agent', 'and goes on')];
    expect(gathered(events)).toEqual(['user: x', 'agent: It begins so, and g…']);
  });

  it('show the end of a message whose beginning was not read', () => {
    const text = 'what it says at the end';
    expect(gathered([said('agent', text)], { isAll: false })).toEqual([`agent: …${text.slice(-19)}`]);
  });

  it('keep the beginning of a message that is very long', () => {
    const events = Array.from({ length: 200 }, (_, place) => said('agent', `${place} `.repeat(500)));
    expect(gathered(events)).toEqual(['agent: 0 0 0 0 0 0 0 0 0 0…']);
  });
});
