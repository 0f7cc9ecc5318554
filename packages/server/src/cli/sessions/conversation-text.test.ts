import type { RecordedTurn } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { conversationText } from './conversation-text.ts';

const turn = (changes: Partial<RecordedTurn> = {}): RecordedTurn => ({
  kind: 'turn',
  promptId: 'prompt_1',
  generation: 1,
  user: { text: 'first\nsecond', content: [] },
  agentText: 'done',
  tools: [{ toolCallId: 't', title: 'Look', status: 'completed' }],
  isTruncated: false,
  state: 'completed',
  stopReason: 'end_turn',
  firstEventId: 1,
  lastEventId: 9,
  ...changes,
});

test('a turn reads as prompt, tools, answer', () => {
  expect(conversationText({ entries: [turn()] }, { isFull: false })).toBe(
    '> first\n  second\n✓ Look\ndone\n',
  );
});

test('how a turn ended is told unless it ended well; damage is told in its place', () => {
  const error = { code: 'agent_exited' as const, message: 'exit 1' };
  const entries = [
    turn({ tools: [], state: 'cancelled', stopReason: 'cancelled' }),
    { kind: 'gap' as const, firstEventId: 3, lastEventId: 5 },
    turn({ tools: [], agentText: '', state: 'failed', error }),
  ];
  const text = conversationText({ entries }, { isFull: false });
  expect(text).toContain('done\n— cancelled\n\nevents 3 to 5 are damaged');
  expect(text).toContain('second\n— failed (agent_exited): exit 1\n');
});

test('long messages are shortened unless asked for in full, and earlier turns are pointed to', () => {
  const agentText = Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n');
  const page = { entries: [turn({ agentText })], previousCursor: '7' };
  const short = conversationText(page, { isFull: false });
  expect(short).toContain('--turns N');
  expect(short).toContain('line 11\n… (--full shows all)\n');
  expect(short).not.toContain('line 12');
  expect(conversationText(page, { isFull: true })).toContain('line 39\n');
});

test('what an agent says moves no cursor', () => {
  const text = conversationText({ entries: [turn({ agentText: 'a\u001b[2Jb\u0007' })] }, { isFull: true });
  expect(text).toContain('a[2Jb\n');
});
