// A loopback model server for driving real agents offline: it speaks the APIs they use, answers what the prompt's
// directive asks for, and keeps what it was sent.
import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { parseObject } from './json-reader.ts';
import { anthropicDialect } from './model-anthropic.ts';
import type { FrameWriter, ModelCall, ModelDialect, ModelMessage, ModelReply } from './model-dialect.ts';
import { answerPieces, type ModelDirective, readDirective } from './model-directive.ts';
import { geminiDialect } from './model-gemini.ts';
import { openaiDialect } from './model-openai.ts';
import { schemaSample } from './schema-sample.ts';

/** What one request of an agent carried and how it was answered. */
export interface ModelRequest {
  readonly atMs: number;
  readonly dialect: ModelDialect['name'];
  readonly path: string;
  readonly model: string;
  readonly tools: readonly string[];
  readonly messages: readonly ModelMessage[];
  /** The whole body, for what the messages leave out. */
  readonly body: string;
  readonly answered: 'text' | 'tool' | 'sample' | 'error';
  /** Rises from streaming to ended, or to left when the client went away first. */
  state: 'streaming' | 'ended' | 'left';
  endedAtMs: number | undefined;
}

export interface ModelServer {
  /** The base address, without a trailing slash. */
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  /** Paths that were asked for but are not a model call. */
  readonly otherPaths: readonly string[];
  /** Answers whatever is asked with this HTTP status, until it is set back to undefined. */
  outage: number | undefined;
  close(): Promise<void>;
}

const DIALECTS = [openaiDialect, geminiDialect, anthropicDialect];

/** Starts a server on an ephemeral loopback port; with `logFile`, each request is also one JSON line there. */
export async function startModelServer(options: { readonly logFile?: string } = {}): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const otherPaths: string[] = [];
  const outage: { status: number | undefined } = { status: undefined };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => void response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const dialect = DIALECTS.find((candidate) => request.method === 'POST' && candidate.handles(path));
    if (dialect === undefined) {
      otherPaths.push(`${request.method} ${path}`);
      answerOther(path, response);
      return;
    }
    const call = dialect.read(path, parseObject(body));
    const asked = readDirective(lastUserText(call.messages));
    const wanted = { ...asked, status: outage.status ?? asked.status };
    const reply = replyTo(call, wanted, { id: `m${requests.length + 1}`, sentCharacters: body.length });
    const record: ModelRequest = {
      atMs: Date.now(),
      dialect: dialect.name,
      path,
      model: call.model,
      tools: call.tools,
      messages: call.messages,
      body,
      answered: wanted.status === undefined ? (call.schema === undefined ? reply.kind : 'sample') : 'error',
      state: 'streaming',
      endedAtMs: undefined,
    };
    requests.push(record);
    response.once('close', () => {
      record.state = response.writableFinished ? 'ended' : 'left';
      record.endedAtMs = Date.now();
    });
    if (options.logFile !== undefined) appendFileSync(options.logFile, `${JSON.stringify(record)}\n`);
    await send(response, { dialect, call, wanted, reply });
  }

  await listen(server);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the model server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    otherPaths,
    get outage() {
      return outage.status;
    },
    set outage(status) {
      outage.status = status;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

interface Exchange {
  readonly dialect: ModelDialect;
  readonly call: ModelCall;
  readonly wanted: ModelDirective;
  readonly reply: ModelReply;
}

async function send(response: ServerResponse, { dialect, call, wanted, reply }: Exchange): Promise<void> {
  if (wanted.status !== undefined) sendJson(response, errorBody(wanted.status), wanted.status);
  else if (call.isStreamed) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    await dialect.stream(reply, frameWriter(response, wanted.delayMs));
    response.end();
  } else sendJson(response, dialect.whole(reply));
}

/** A tool is called once per prompt: not again after its result, and never in side requests that do not offer it. */
function replyTo(
  call: ModelCall,
  wanted: ModelDirective,
  { id, sentCharacters }: { readonly id: string; readonly sentCharacters: number },
): ModelReply {
  const pieces =
    call.schema === undefined ? answerPieces(wanted) : [JSON.stringify(schemaSample(call.schema))];
  const outputCharacters = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const usage = { input: Math.ceil(sentCharacters / 4), output: Math.ceil(outputCharacters / 4) };
  const shared = { id, model: call.model || 'local', usage };
  if (wanted.tool !== undefined && call.tools.includes(wanted.tool) && !isAfterTool(call.messages)) {
    return { kind: 'tool', ...shared, name: wanted.tool, args: wanted.args };
  }
  return { kind: 'text', ...shared, pieces };
}

const isSpoken = (message: ModelMessage): boolean => message.role === 'user' && message.text.trim() !== '';

const lastUserText = (messages: readonly ModelMessage[]): string => messages.findLast(isSpoken)?.text ?? '';

const isAfterTool = (messages: readonly ModelMessage[]): boolean =>
  messages.findLastIndex((message) => message.role === 'tool') > messages.findLastIndex(isSpoken);

function frameWriter(response: ServerResponse, delayMs: number): FrameWriter {
  return {
    async frame(payload, event) {
      if (response.destroyed) throw new Error('the client has left');
      const data = typeof payload === 'string' ? payload : JSON.stringify(payload);
      const hasRoom = response.write(`${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`);
      if (!hasRoom) await drainOrClose(response);
    },
    pause: () => (delayMs === 0 ? Promise.resolve() : new Promise((done) => setTimeout(done, delayMs))),
  };
}

const drainOrClose = (response: ServerResponse): Promise<void> =>
  new Promise((done) => {
    response.once('drain', done).once('close', done);
  });

/** Side routes that agents ask for before or beside a prompt. */
function answerOther(path: string, response: ServerResponse): void {
  if (path.endsWith('/count_tokens')) sendJson(response, { input_tokens: 1 });
  else if (path.endsWith(':countTokens')) sendJson(response, { totalTokens: 1 });
  else if (path.endsWith('/models')) sendJson(response, { object: 'list', data: [], models: [] });
  else sendJson(response, { error: { message: `no such route: ${path}` } }, 404);
}

const errorBody = (status: number) => ({
  type: 'error',
  error: { type: 'api_error', code: status, status: 'UNAVAILABLE', message: `asked for HTTP ${status}` },
});

function sendJson(response: ServerResponse, payload: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(payload));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

const listen = (server: Server): Promise<void> =>
  new Promise((done, fail) => {
    server.once('error', fail).listen(0, '127.0.0.1', () => done());
  });
