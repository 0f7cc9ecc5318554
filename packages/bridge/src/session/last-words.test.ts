import { describe, expect, it } from 'vitest';
import { prompt, sessionId } from '../testing/samples.ts';
import { event, fact, type SessionEntry } from './entry.ts';
import { LastWords } from './last-words.ts';
import { previewText } from './message-preview.ts';
import type { Phase } from './state.ts';

// Only which prompt runs matters here.
const running = { kind: 'running', turn: { promptId: prompt('p1') }, queue: [] } as unknown as Phase;
const update = (data: { sessionUpdate: string } & Record<string, unknown>): SessionEntry =>
  event('session_update', { sessionId, update: data });
const says = (text: string) =>
  update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
const ends = (name = 'p1') =>
  event(
    'turn_complete',
    { sessionId, promptId: prompt(name), stopReason: 'end_turn' },
    { promptId: prompt(name) },
  );

describe('the last words of an agent', () => {
  function heard(...batches: readonly (readonly SessionEntry[])[]) {
    const words = new LastWords();
    const recorded = batches.map((entries) => words.recordedIn(entries, running));
    return recorded.at(-1) ?? [];
  }

  it('are recorded once, before the end of its turn', () => {
    const left = fact('agent_said', { text: 'Hello world' });
    expect(heard([says('Hello ')], [says('world')], [ends()])).toEqual([left, ends()]);
    expect(heard([says('Hello ')], [says('world'), ends()])).toEqual([says('world'), left, ends()]);
  });

  it('are those after its last tool call', () => {
    const call = update({ sessionUpdate: 'tool_call', toolCallId: 'c' });
    const [said] = heard([says('I look it up.'), call, says('Found '), says('it.')], [ends()]);
    expect(said).toEqual(fact('agent_said', { text: 'Found it.' }));
  });

  it('are none of an earlier turn, of another prompt, or of an agent that said nothing', () => {
    expect(heard([says('old'), fact('prompt_started', { promptId: prompt('p1') })], [ends()])).toEqual([
      ends(),
    ]);
    expect(heard([says('mine')], [ends('p2')])).toEqual([ends('p2')]);
    expect(heard([says('  \n ')], [ends()])).toEqual([ends()]);
  });

  it('are bounded, however much was said', () => {
    const [said] = heard(
      Array.from({ length: 5_000 }, () => says('word '.repeat(50))),
      [ends()],
    );
    expect(said?.type === 'agent_said' && said.data.text).toMatch(/^(word )+(word|wor|wo|w)?…$/);
    expect(said?.type === 'agent_said' && said.data.text.length).toBeLessThanOrEqual(240);
  });

  it('tear no character apart', () => {
    expect(previewText('🚀'.repeat(200))).toBe(`${'🚀'.repeat(119)}…`);
  });
});
