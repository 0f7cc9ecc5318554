import type { Writable } from 'node:stream';
import { type AnyMessage, client, RequestError } from '@agentclientprotocol/sdk';
import type { PermissionOutcome } from '../ports/agents.ts';
import { type PermissionParams, parsePermissionParams } from './client-callbacks.ts';
import type { JsonRecord } from './records.ts';

/** JSON-RPC with one agent, driven by the official SDK over our own byte layer. */
export interface RpcConnection {
  /** Rejects with what the agent answered (`rpcErrorOf`), or with any other error once the connection is closed. */
  request(method: string, params: unknown): Promise<unknown>;
  notify(method: string, params: unknown): void;
  /** Takes a message the agent wrote; false when it answers nothing that was asked. */
  receive(message: JsonRecord): boolean;
  /** Answers a request of the agent that could not be read. */
  refuse(id: string | number, message: string): void;
  close(): void;
}

/** An error the agent answered. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}

export interface RpcOptions {
  readonly name: string;
  readonly stdin: Writable;
  /** `withdrawn` aborts when the agent withdraws the request (`$/cancel_request`). */
  /** The SDK gave the connection up, or `close` was called. */
  readonly onClosed: () => void;
  readonly onPermission: (params: PermissionParams, withdrawn: AbortSignal) => Promise<PermissionOutcome>;
}

/** JSON-RPC 2.0 error codes. */
const invalidRequest = -32_600;

/** Connects to an agent's stdin; what it writes is brought by `receive`. Unknown requests are answered −32601. */
export function connectRpc({ name, stdin, onPermission, onClosed }: RpcOptions): RpcConnection {
  /** Ids of requests without an answer: the SDK prints to the console what does not fit one. */
  const asked = new Set<unknown>();
  let incoming: ReadableStreamDefaultController<AnyMessage> | undefined;
  let isClosed = false;
  const readable = new ReadableStream<AnyMessage>({
    start: (controller) => {
      incoming = controller;
    },
  });
  const writable = new WritableStream<AnyMessage>({
    write: (message) => {
      if ('method' in message && 'id' in message) asked.add(message.id);
      return writeLine(stdin, message);
    },
  });
  const connection = client({ name })
    .onRequest('session/request_permission', readPermissionParams, async ({ params, signal }) => ({
      outcome: await onPermission(params, signal),
    }))
    .connect({ readable, writable });
  connection.closed.then(() => {
    isClosed = true;
    onClosed();
  });
  return {
    request: (method, params) => connection.agent.request<unknown, unknown>(method, params),
    notify: (method, params) => {
      // It fails only when the connection is closed, and then there is nobody to tell.
      connection.agent.notify<unknown>(method, params).catch(() => {});
    },
    receive: (message) => {
      if (isClosed || (message['method'] === undefined && !asked.delete(message['id']))) return false;
      // The reader has seen to it that this is a JSON-RPC message; the SDK checks the rest itself.
      incoming?.enqueue(message as AnyMessage);
      return true;
    },
    refuse: (id, message) => {
      writeLine(stdin, { jsonrpc: '2.0', id, error: { code: invalidRequest, message } });
    },
    close: () => {
      isClosed = true;
      connection.close();
    },
  };
}

/** What the agent answered, when that is what `thrown` is. */
export function rpcErrorOf(thrown: unknown): RpcError | undefined {
  if (!(thrown instanceof RequestError)) return undefined;
  return { code: thrown.code, message: thrown.message, data: thrown.data };
}

/** Our own reading instead of the SDK's: that one drops members it does not know and refuses new option kinds. */
function readPermissionParams(params: unknown): PermissionParams {
  const read = parsePermissionParams(params);
  if (read === undefined) throw RequestError.invalidParams({ expected: 'sessionId, toolCall, options[]' });
  return read;
}

/** Writes a message; the promise, if any, resolves when the agent has taken enough of what waits, or never will. */
function writeLine(stdin: Writable, message: AnyMessage): Promise<void> | undefined {
  // A closed stdin means that the agent is going: its exit tells everybody, this write need not.
  if (!stdin.writable || stdin.write(`${JSON.stringify(message)}\n`)) return undefined;
  return new Promise((resolve) => {
    const settle = () => {
      stdin.off('drain', settle).off('close', settle);
      resolve();
    };
    stdin.once('drain', settle).once('close', settle);
  });
}
