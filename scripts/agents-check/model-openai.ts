// OpenAI chat completions.
import { items, member, text } from './json-reader.ts';
import type { FrameWriter, ModelDialect, ModelMessage, ModelReply } from './model-dialect.ts';

/** Speaks `POST …/chat/completions`. */
export const openaiDialect: ModelDialect = {
  name: 'openai',
  handles: (path) => path.endsWith('/chat/completions'),
  read: (_path, body) => ({
    model: text(member(body, 'model')),
    isStreamed: member(body, 'stream') === true,
    messages: items(member(body, 'messages')).map(toMessage),
    tools: items(member(body, 'tools')).map((tool) => text(member(member(tool, 'function'), 'name'))),
    schema: member(member(member(body, 'response_format'), 'json_schema'), 'schema'),
  }),
  whole: (reply) => ({
    ...envelope(reply, 'chat.completion'),
    choices: [
      {
        index: 0,
        finish_reason: finishReason(reply),
        message: { role: 'assistant', ...wholeMessage(reply) },
      },
    ],
    usage: usage(reply),
  }),
  stream,
};

async function stream(reply: ModelReply, out: FrameWriter): Promise<void> {
  const chunk = (delta: object, finish: string | null = null) =>
    out.frame({
      ...envelope(reply, 'chat.completion.chunk'),
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
  await chunk({ role: 'assistant', content: '' });
  if (reply.kind === 'tool') await chunk({ tool_calls: [toolCall(reply)] });
  else {
    for (const piece of reply.pieces) {
      await chunk({ content: piece });
      await out.pause();
    }
  }
  await chunk({}, finishReason(reply));
  await out.frame({ ...envelope(reply, 'chat.completion.chunk'), choices: [], usage: usage(reply) });
  await out.frame('[DONE]');
}

function toMessage(message: unknown): ModelMessage {
  const role = text(member(message, 'role'));
  const content = contentText(member(message, 'content'));
  const calls = items(member(message, 'tool_calls')).map((call) => JSON.stringify(member(call, 'function')));
  const known = role === 'user' || role === 'assistant' || role === 'tool' ? role : 'system';
  return { role: known, text: [content, ...calls].filter(Boolean).join('\n') };
}

const contentText = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : items(content)
        .map((part) => text(member(part, 'text')))
        .join('\n');

const envelope = (reply: ModelReply, object: string) => ({
  id: reply.id,
  object,
  created: 0,
  model: reply.model,
});

const usage = ({ usage: { input, output } }: ModelReply) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});

const finishReason = (reply: ModelReply): string => (reply.kind === 'tool' ? 'tool_calls' : 'stop');

const wholeMessage = (reply: ModelReply) =>
  reply.kind === 'tool'
    ? { content: null, tool_calls: [toolCall(reply)] }
    : { content: reply.pieces.join('') };

const toolCall = (reply: ModelReply & { kind: 'tool' }) => ({
  index: 0,
  id: `call_${reply.id}`,
  type: 'function',
  function: { name: reply.name, arguments: JSON.stringify(reply.args) },
});
