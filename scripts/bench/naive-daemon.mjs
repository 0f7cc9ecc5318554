// The reference: what one writes first. Each line of the agent is parsed, each event is stringified, each reader gets
// its own `res.write`; no journal, no back-pressure. The routes are those of Holdfast that the benchmarks call.
//   node naive-daemon.mjs PORT COMMAND [args…]   (the agent)
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const [port, command, ...args] = process.argv.slice(2);
const sessions = new Map();
const asked = new Map();
let agent;
let lastId = 0;

function ask(method, params) {
  agent ??= startAgent();
  return new Promise((resolve, reject) => {
    lastId += 1;
    asked.set(lastId, { resolve, reject });
    agent.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: lastId, method, params })}\n`);
  });
}

function startAgent() {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line);
    if (message.method === 'session/update') {
      publish(sessions.get(message.params.sessionId), 'session_update', { update: message.params.update });
    } else if (message.method === undefined) {
      const { resolve, reject } = asked.get(message.id);
      asked.delete(message.id);
      if (message.error === undefined) resolve(message.result);
      else reject(new Error(message.error.message));
    }
  });
  process.once('exit', () => child.kill('SIGKILL'));
  return { child };
}

let initialized;
const initialize = () => {
  initialized ??= ask('initialize', { protocolVersion: 1, clientCapabilities: {} });
  return initialized;
};

function publish(session, type, data) {
  if (session === undefined) return;
  session.lastEventId += 1;
  const id = session.lastEventId;
  const envelope = {
    id,
    v: 1,
    type,
    data: { sessionId: session.id, ...data },
    promptId: session.promptId,
    _meta: { serverTimestamp: Date.now() },
  };
  const frame = `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(envelope)}\n\n`;
  for (const response of session.readers) response.write(frame);
}

const routes = [
  ['GET', /^\/health$/, async (_, response) => answer(response, 200, { status: 'ok' })],
  [
    'POST',
    /^\/session$/,
    async (body, response) => {
      await initialize();
      const { sessionId } = await ask('session/new', { cwd: body.cwd, mcpServers: [] });
      sessions.set(sessionId, {
        id: sessionId,
        lastEventId: 0,
        readers: new Set(),
        turns: Promise.resolve(),
      });
      answer(response, 200, { sessionId });
    },
  ],
  [
    'POST',
    /^\/session\/([^/]+)\/prompt$/,
    async (body, response, id) => {
      const session = sessions.get(id);
      const promptId = `prompt_${randomUUID()}`;
      answer(response, 202, { promptId, lastEventId: session.lastEventId });
      // One turn after the other, as every daemon must.
      session.turns = session.turns.then(async () => {
        session.promptId = promptId;
        const { stopReason } = await ask('session/prompt', { sessionId: id, prompt: body.prompt });
        publish(session, 'turn_complete', { promptId, stopReason });
      });
    },
  ],
  [
    'GET',
    /^\/session\/([^/]+)\/events$/,
    async (_, response, id) => {
      const { readers } = sessions.get(id);
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      response.write('retry: 3000\n\n');
      readers.add(response);
      response.once('close', () => readers.delete(response));
    },
  ],
];

function answer(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

createServer(async (request, response) => {
  const path = request.url.split('?')[0];
  for (const [method, pattern, handler] of routes) {
    const match = request.method === method ? pattern.exec(path) : null;
    if (match !== null) return handler(await bodyOf(request), response, match[1]);
  }
  answer(response, 404, { error: 'not found' });
}).listen(Number(port), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
