import { expect, test } from 'vitest';
import { answerView, oneLine, printable } from './answer-view.ts';

const update = (fields: object) => ({ type: 'session_update', data: { sessionId: 's', update: fields } });
const says = (text: string) =>
  update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
const thinks = (text: string) =>
  update({ sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text } });
const tool = (fields: object) =>
  update({ sessionUpdate: 'tool_call', toolCallId: 't', title: 'Read x', ...fields });
const toolUpdate = (fields: object) =>
  update({ sessionUpdate: 'tool_call_update', toolCallId: 't', ...fields });

function shown(...events: Parameters<ReturnType<typeof answerView>['take']>[0][]) {
  const view = answerView((style, text) => `<${style}>${text}</>`);
  const pieces = events.flatMap((event) => view.take(event));
  const all = (to: string) =>
    pieces
      .filter((piece) => piece.to === to)
      .map(({ text }) => text)
      .join('');
  return { answer: all('answer'), aside: all('aside'), pieces };
}

test('the answer alone goes to stdout and ends with its line', () => {
  const { answer, aside } = shown(says('Hel'), says('lo'), {
    type: 'turn_complete',
    data: { stopReason: 'end_turn' },
  });
  expect([answer, aside]).toEqual(['Hello\n', '']);
});

test('a thought is dim and beside the answer', () => {
  const { answer, aside } = shown(thinks('hmm'), says('yes'));
  expect([answer, aside]).toEqual(['yes', '<dim>hmm</>\n']);
});

test('text that goes on after a tool begins a new line', () => {
  expect(shown(says('Let me look.'), tool({ status: 'pending' }), says('Done.')).answer).toBe(
    'Let me look.\nDone.',
  );
});

test('a tool has a line when it starts and one when it ends, and keeps its title', () => {
  const { aside } = shown(
    tool({ status: 'pending' }),
    toolUpdate({ content: [] }),
    toolUpdate({ status: 'in_progress' }),
    toolUpdate({ status: 'failed' }),
    toolUpdate({ status: 'failed' }),
  );
  expect(aside).toBe('▸ Read x\n<red>✗ Read x</>\n');
});

test('a tool that is first heard of at its end has one line', () => {
  expect(shown(tool({ status: 'completed' })).aside).toBe('<dim>✓ Read x</>\n');
});

test('a plan is shown when it changes', () => {
  const plan = (status: string) => update({ sessionUpdate: 'plan', entries: [{ content: 'look', status }] });
  const { aside } = shown(plan('pending'), plan('pending'), plan('completed'));
  expect(aside).toBe('<dim>plan\n  [ ] look</>\n<dim>plan\n  [x] look</>\n');
});

test('updates nobody reads, unknown ones and malformed ones add nothing', () => {
  const own = update({ sessionUpdate: 'user_message_chunk', content: { type: 'text', text: 'me' } });
  expect(
    shown(own, update({ sessionUpdate: 'future' }), { type: 'session_update', data: null }).pieces,
  ).toEqual([]);
});

test("an agent's bytes move no cursor", () => {
  expect(printable('a\u001b[2Jb\u009bc\rd\te\nf')).toBe('a[2Jbcd\te\nf');
  expect(oneLine('two\n lines\u001b ')).toBe('two lines');
  expect(shown(says('\u001b]0;title\u0007x')).answer).toBe(']0;titlex');
});

test('a context that is not the agent’s own is told, a native one is not', () => {
  const restored = (context: string) => ({ type: 'session_restored', data: { context } });
  expect(shown(restored('reseeded')).aside).toBe('<dim>the agent was told the history</>\n');
  expect(shown(restored('fresh')).aside).toContain('remembers nothing');
  expect(shown(restored('native')).aside).toBe('');
});
