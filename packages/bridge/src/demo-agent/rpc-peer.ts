import { RPC_CODE, RpcError } from './acp.ts';
import type { LineWriter } from './line-writer.ts';
import { isObject, type Params } from './params.ts';

/** What a request is answered with, and what is to be sent right behind the answer. */
export interface Reply {
  readonly result: unknown;
  readonly afterwards?: () => void;
}
/** Answers a request; `signal` aborts when the client withdraws it with `$/cancel_request`. */
export type RequestHandler = (params: Params, signal: AbortSignal) => Reply | Promise<Reply>;
export type NotificationHandler = (params: Params) => void;
/** How a request to the client ended. */
export type Outcome =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } };

/** One end of a JSON-RPC 2.0 connection over newline-delimited JSON. */
export interface RpcPeer {
  /** Takes one incoming line. Handlers start in the order of the lines. */
  receive(line: string): void;
  notify(method: string, params: unknown): void;
  /** Asks the client; when `signal` aborts the request is withdrawn, and its answer still awaited. */
  request(method: string, params: unknown, signal?: AbortSignal): Promise<Outcome>;
}

export interface Handlers {
  readonly requests: ReadonlyMap<string, RequestHandler>;
  readonly notifications: ReadonlyMap<string, NotificationHandler>;
}

/** Connects handlers, which may call the client back, to a writer. */
export function createRpcPeer(writer: LineWriter, handlersFor: (peer: RpcPeer) => Handlers): RpcPeer {
  const incoming = new Map<string, AbortController>();
  const outgoing = new Map<string, (outcome: Outcome) => void>();
  let lastRequest = 0;
  const send = (message: object) => writer.line(JSON.stringify({ jsonrpc: '2.0', ...message }));
  const refuse = (id: unknown, { code, message, data }: RpcError) =>
    send({ id, error: { code, message, data } });

  const answer = async (id: unknown, method: string, params: Params) => {
    const key = JSON.stringify(id);
    const handler = handlers.requests.get(method);
    if (!handler) return refuse(id, new RpcError(RPC_CODE.methodNotFound, `Method not found: ${method}`));
    const withdrawn = new AbortController();
    incoming.set(key, withdrawn);
    try {
      const { result, afterwards } = await handler(params, withdrawn.signal);
      send({ id, result });
      afterwards?.();
    } catch (error) {
      refuse(id, error instanceof RpcError ? error : new RpcError(RPC_CODE.internalError, String(error)));
    } finally {
      incoming.delete(key);
    }
  };

  const peer: RpcPeer = {
    receive: (line) => {
      const message = parse(line);
      if (message === undefined) return refuse(null, new RpcError(RPC_CODE.parseError, 'Parse error'));
      if (!isObject(message)) return refuse(null, new RpcError(RPC_CODE.invalidRequest, 'Invalid request'));
      const { id, method } = message;
      const params = isObject(message['params']) ? message['params'] : {};
      if (typeof method !== 'string') return settle(outgoing, message);
      if (id !== undefined) return void answer(id, method, params);
      if (method === '$/cancel_request') return incoming.get(JSON.stringify(params['requestId']))?.abort();
      handlers.notifications.get(method)?.(params);
    },
    notify: (method, params) => send({ method, params }),
    request: (method, params, signal) => {
      lastRequest += 1;
      const id = `demo-${lastRequest}`;
      send({ id, method, params });
      signal?.addEventListener('abort', () => {
        if (outgoing.has(id)) send({ method: '$/cancel_request', params: { requestId: id } });
      });
      return new Promise((resolve) => outgoing.set(id, resolve));
    },
  };
  const handlers = handlersFor(peer);
  return peer;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function settle(outgoing: Map<string, (outcome: Outcome) => void>, message: Params): void {
  const id = String(message['id']);
  const resolve = outgoing.get(id);
  outgoing.delete(id);
  const error = message['error'];
  resolve?.(
    isObject(error)
      ? { error: { code: Number(error['code']), message: String(error['message']) } }
      : { result: message['result'] },
  );
}
