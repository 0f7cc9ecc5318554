import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';

/** One request as it arrived. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers a request; `index` counts requests from 0. */
export type Script = (request: Received, response: ServerResponse, index: number) => void;

/** A real HTTP server on loopback that does what a test tells it to. */
export interface ScriptedDaemon extends AsyncDisposable {
  readonly baseUrl: string;
  readonly received: readonly Received[];
}

export async function startScriptedDaemon(script: Script): Promise<ScriptedDaemon> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    const { method = '', url = '', headers } = request;
    const each = { method, url, headers, body };
    received.push(each);
    script(each, response, received.length - 1);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  // An IP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

export function sendJson(response: ServerResponse, status: number, body?: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** Opens an event stream; its head is on the wire at once. */
export function sendStreamHead(response: ServerResponse, eventEpoch = 'epoch-1'): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'holdfast-event-epoch': eventEpoch });
  response.flushHeaders();
  response.write('retry: 0\n\n');
  return response;
}

/** Breaks the connection without an end. */
export const cut = (response: ServerResponse): void => {
  const { socket } = response;
  if (socket instanceof Socket) socket.destroy();
};
