import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerPieces, directive, readDirective } from './model-directive.ts';
import { type ModelServer, startModelServer } from './model-server.ts';

let server: ModelServer;
beforeEach(async () => {
  server = await startModelServer();
});
afterEach(() => server.close());

interface Prompt {
  readonly text: string;
  readonly tools?: readonly string[];
  readonly hasToolResult?: boolean;
}

const apis = {
  openai: ({ text, tools = [], hasToolResult = false }: Prompt) => ({
    path: '/v1/chat/completions',
    body: {
      stream: true,
      messages: [
        { role: 'user', content: text },
        ...(hasToolResult ? [{ role: 'tool', content: 'done' }] : []),
      ],
      tools: tools.map((name) => ({ type: 'function', function: { name } })),
    },
  }),
  gemini: ({ text, tools = [], hasToolResult = false }: Prompt) => ({
    path: '/v1beta/models/some-model:streamGenerateContent?alt=sse',
    body: {
      contents: [
        { role: 'user', parts: [{ text }] },
        ...(hasToolResult ? [{ role: 'user', parts: [{ functionResponse: { name: 'x' } }] }] : []),
      ],
      tools: [{ functionDeclarations: tools.map((name) => ({ name })) }],
    },
  }),
  anthropic: ({ text, tools = [], hasToolResult = false }: Prompt) => ({
    path: '/v1/messages?beta=true',
    body: {
      stream: true,
      messages: [
        { role: 'user', content: [{ type: 'text', text }] },
        ...(hasToolResult ? [{ role: 'user', content: [{ type: 'tool_result', content: 'done' }] }] : []),
      ],
      tools: tools.map((name) => ({ name })),
    },
  }),
};

async function ask(api: keyof typeof apis, prompt: Prompt): Promise<string> {
  const { path, body } = apis[api](prompt);
  const response = await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) });
  return response.text();
}

describe.each(['openai', 'gemini', 'anthropic'] as const)('the model server speaking %s', (api) => {
  it('streams the answer the prompt asks for, in pieces', async () => {
    const answer = await ask(api, { text: directive({ text: 'abcdef', chunk: 2 }) });
    for (const piece of ['"ab"', '"cd"', '"ef"']) expect(answer).toContain(piece);
  });

  it('calls a tool on offer once, and then answers', async () => {
    const text = directive({ tool: 'touch', args: { path: '/tmp/made' }, text: 'made' });
    expect(await ask(api, { text, tools: ['touch'] })).toContain('/tmp/made');
    const after = await ask(api, { text, tools: ['touch'], hasToolResult: true });
    expect(after).toContain('"made"');
    expect(server.requests.map((request) => request.answered)).toEqual(['tool', 'text']);
  });

  it('does not call a tool that is not on offer', async () => {
    await ask(api, { text: directive({ tool: 'touch', text: 'no' }) });
    expect(server.requests[0]?.answered).toBe('text');
  });

  it('keeps what it was sent', async () => {
    await ask(api, { text: 'the password is marigold' });
    expect(server.requests[0]?.messages.at(-1)).toEqual({ role: 'user', text: 'the password is marigold' });
  });
});

describe('the model server', () => {
  it('notices that the client left in mid-stream', async () => {
    const { path, body } = apis.openai({ text: directive({ length: 100_000, delayMs: 1 }) });
    const leaving = new AbortController();
    const response = await fetch(server.url + path, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: leaving.signal,
    });
    await response.body?.getReader().read();
    leaving.abort();
    await expect.poll(() => server.requests[0]?.state).toBe('left');
  });

  it('fails with the status the prompt asks for', async () => {
    const { path, body } = apis.openai({ text: directive({ status: 429 }) });
    const response = await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) });
    expect(response.status).toBe(429);
  });

  it('takes a prompt that stands beside tool results for the prompt, and a reminder there for none', async () => {
    const say = (text: string) => ({
      messages: [
        { role: 'user', content: directive({ text: 'first' }) },
        {
          role: 'user',
          content: [
            { type: 'tool_result', content: 'done' },
            { type: 'text', text },
          ],
        },
      ],
    });
    const post = async (body: object) =>
      (await fetch(`${server.url}/v1/messages`, { method: 'POST', body: JSON.stringify(body) })).text();
    expect(await post(say(directive({ text: 'second' })))).toContain('second');
    expect(await post(say('<system-reminder>be brief</system-reminder>'))).toContain('first');
  });
});

describe('a directive', () => {
  it('of the highest turn wins, wherever it stands', () => {
    const [old, now] = [directive({ turn: 1, text: 'old' }), directive({ turn: 2, text: 'now' })];
    expect(readDirective(`${old} ${now}`).text).toBe('now');
    expect(readDirective(`${now} history: ${old}`).text).toBe('now');
  });

  it('of the same turn wins when it stands last', () => {
    expect(readDirective(directive({ text: 'a' }) + directive({ text: 'b' })).text).toBe('b');
  });

  it('may contain its own closing brackets', () => {
    expect(readDirective(`x ${directive({ args: { list: [[1]] }, text: ']]' })} y`)).toMatchObject({
      text: ']]',
      args: { list: [[1]] },
    });
  });

  it('asks for words of the length it says when it gives no text', () => {
    const pieces = answerPieces(readDirective(directive({ length: 333, chunk: 10 })));
    expect(pieces.join('')).toHaveLength(333);
    expect(pieces.slice(0, -1).every((piece) => piece.length === 10)).toBe(true);
  });
});
