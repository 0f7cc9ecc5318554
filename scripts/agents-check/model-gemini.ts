// Gemini generateContent and streamGenerateContent.
import { items, member, text } from './json-reader.ts';
import type { FrameWriter, ModelDialect, ModelMessage, ModelReply } from './model-dialect.ts';

/** Speaks `POST …/models/NAME:generateContent` and `…:streamGenerateContent`. */
export const geminiDialect: ModelDialect = {
  name: 'gemini',
  handles: (path) => /:(generateContent|streamGenerateContent)$/.test(path),
  read: (path, body) => ({
    model: /models\/([^/:]+):/.exec(path)?.[1] ?? '',
    isStreamed: path.endsWith(':streamGenerateContent'),
    messages: [
      { role: 'system', text: partsText(member(body, 'systemInstruction')) },
      ...items(member(body, 'contents')).map(toMessage),
    ],
    tools: items(member(body, 'tools'))
      .flatMap((tool) => items(member(tool, 'functionDeclarations')))
      .map((tool) => text(member(tool, 'name'))),
    schema:
      member(member(body, 'generationConfig'), 'responseJsonSchema') ??
      member(member(body, 'generationConfig'), 'responseSchema'),
  }),
  whole: (reply) =>
    candidate(reply, reply.kind === 'tool' ? functionCall(reply) : { text: reply.pieces.join('') }, true),
  stream,
};

async function stream(reply: ModelReply, out: FrameWriter): Promise<void> {
  if (reply.kind === 'tool') return out.frame(candidate(reply, functionCall(reply), true));
  for (const piece of reply.pieces) {
    await out.frame(candidate(reply, { text: piece }, false));
    await out.pause();
  }
  await out.frame(candidate(reply, { text: '' }, true));
}

function toMessage(content: unknown): ModelMessage {
  const isAnswer = items(member(content, 'parts')).some(
    (part) => member(part, 'functionResponse') !== undefined,
  );
  if (isAnswer) return { role: 'tool', text: partsText(content) };
  return { role: member(content, 'role') === 'model' ? 'assistant' : 'user', text: partsText(content) };
}

function partsText(content: unknown): string {
  return items(member(content, 'parts'))
    .map((part) => {
      const call = member(part, 'functionCall') ?? member(part, 'functionResponse');
      return call === undefined ? text(member(part, 'text')) : JSON.stringify(call);
    })
    .join('\n');
}

const candidate = (reply: ModelReply, part: object, isLast: boolean) => ({
  candidates: [
    { index: 0, content: { role: 'model', parts: [part] }, finishReason: isLast ? 'STOP' : undefined },
  ],
  usageMetadata: {
    promptTokenCount: reply.usage.input,
    candidatesTokenCount: reply.usage.output,
    totalTokenCount: reply.usage.input + reply.usage.output,
  },
  modelVersion: reply.model,
  responseId: reply.id,
});

const functionCall = (reply: ModelReply & { kind: 'tool' }) => ({
  functionCall: { id: `call_${reply.id}`, name: reply.name, args: reply.args },
});
