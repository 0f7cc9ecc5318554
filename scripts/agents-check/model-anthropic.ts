// Anthropic messages.
import { items, member, text } from './json-reader.ts';
import type { FrameWriter, ModelDialect, ModelMessage, ModelReply } from './model-dialect.ts';

/** Speaks `POST …/messages`. */
export const anthropicDialect: ModelDialect = {
  name: 'anthropic',
  handles: (path) => path.endsWith('/messages'),
  read: (_path, body) => ({
    model: text(member(body, 'model')),
    isStreamed: member(body, 'stream') === true,
    messages: [
      { role: 'system', text: contentText(member(body, 'system')) },
      ...items(member(body, 'messages')).flatMap(toMessages),
    ],
    tools: items(member(body, 'tools')).map((tool) => text(member(tool, 'name'))),
    schema:
      member(member(member(body, 'output_config'), 'format'), 'schema') ??
      member(member(body, 'output_format'), 'schema'),
  }),
  whole: (reply) => ({
    ...envelope(reply),
    content: [wholeBlock(reply)],
    stop_reason: stopReason(reply),
    usage: usage(reply),
  }),
  stream,
};

async function stream(reply: ModelReply, out: FrameWriter): Promise<void> {
  const event = (type: string, fields: object) => out.frame({ type, ...fields }, type);
  const delta = (fields: object) => event('content_block_delta', { index: 0, delta: fields });
  const begin = (block: object) => event('content_block_start', { index: 0, content_block: block });
  await event('message_start', { message: { ...envelope(reply), usage: usage(reply) } });
  if (reply.kind === 'tool') {
    await begin({ type: 'tool_use', id: `toolu_${reply.id}`, name: reply.name, input: {} });
    await delta({ type: 'input_json_delta', partial_json: JSON.stringify(reply.args) });
  } else {
    await begin({ type: 'text', text: '' });
    for (const piece of reply.pieces) {
      await delta({ type: 'text_delta', text: piece });
      await out.pause();
    }
  }
  await event('content_block_stop', { index: 0 });
  await event('message_delta', {
    delta: { stop_reason: stopReason(reply), stop_sequence: null },
    usage: usage(reply),
  });
  await event('message_stop', {});
}

/** A user message may answer tools and speak at once: what is spoken comes after the answers. */
function toMessages(message: unknown): readonly ModelMessage[] {
  const content = member(message, 'content');
  const role = member(message, 'role');
  if (role !== 'user')
    return [{ role: role === 'system' ? 'system' : 'assistant', text: contentText(content) }];
  const isAnswer = (block: unknown): boolean => member(block, 'type') === 'tool_result';
  const answers = items(content).filter(isAnswer);
  if (answers.length === 0) return [{ role: 'user', text: contentText(content) }];
  const answered: ModelMessage = { role: 'tool', text: contentText(answers) };
  const spoken = contentText(items(content).filter((block) => !isAnswer(block)));
  // The agent adds its own reminders to answers; they are not a prompt.
  const isPrompt = spoken.replace(/<system-reminder>[\s\S]*?<\/system-reminder>/g, '').trim() !== '';
  return isPrompt ? [answered, { role: 'user', text: spoken }] : [answered];
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return items(content)
    .map((block) => {
      switch (member(block, 'type')) {
        case 'tool_use':
        case 'tool_result':
          return JSON.stringify(block);
        default:
          return text(member(block, 'text'));
      }
    })
    .join('\n');
}

const envelope = (reply: ModelReply) => ({
  id: `msg_${reply.id}`,
  type: 'message',
  role: 'assistant',
  model: reply.model,
  content: [],
  stop_reason: null,
  stop_sequence: null,
});

const usage = ({ usage: { input, output } }: ModelReply) => ({
  input_tokens: input,
  output_tokens: output,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
});

const stopReason = (reply: ModelReply): string => (reply.kind === 'tool' ? 'tool_use' : 'end_turn');

const wholeBlock = (reply: ModelReply) =>
  reply.kind === 'tool'
    ? { type: 'tool_use', id: `toolu_${reply.id}`, name: reply.name, input: reply.args }
    : { type: 'text', text: reply.pieces.join('') };
