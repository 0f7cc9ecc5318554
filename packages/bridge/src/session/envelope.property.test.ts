import { fc, test } from '@fast-check/vitest';
import { clientIdFrom, promptIdFrom, sessionIdFrom } from '@holdfast/protocol';
import { expect } from 'vitest';
import { event, fact, type SessionEntry } from './entry.ts';
import { decodeEntry, encodeEntries } from './envelope.ts';

const sessionId = sessionIdFrom('11111111-1111-4111-8111-111111111111');
const prompts = [undefined, promptIdFrom('a'), promptIdFrom('b')];
const clients = [undefined, clientIdFrom('one'), clientIdFrom('"two"')];

const entry: fc.Arbitrary<SessionEntry> = fc.oneof(
  fc.record({ text: fc.string(), prompt: fc.nat(2), client: fc.nat(2) }).map(({ text, prompt, client }) => {
    const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
    return event(
      'session_update',
      { sessionId, update },
      { promptId: prompts[prompt], clientId: clients[client] },
    );
  }),
  fc.constant(fact('stranded', { cause: 'daemon_restart' })),
);

test.prop([fc.array(entry, { maxLength: 20 }), fc.integer({ min: 1, max: 1_000 }), fc.nat()])(
  'what is decoded is what was encoded, whoever it is about, and ids follow each other from the first',
  (entries, firstSeq, at) => {
    const encoded = encodeEntries(entries, firstSeq, at);
    expect(encoded.entries.map(decodeEntry)).toEqual(entries.map((same) => ({ entry: same, at })));
    const ids = encoded.entries.flatMap((one) => (one.kind === 'event' ? [one.seq] : []));
    expect(ids).toEqual(ids.map((_, place) => firstSeq + place));
    expect(encoded.lastSeq).toBe(firstSeq + ids.length - 1);
    for (const one of encoded.entries) {
      if (one.kind === 'event') expect(JSON.parse(one.json)).toMatchObject({ id: one.seq, type: one.type });
    }
  },
);
