import type { ServerResponse } from 'node:http';
import type { Bridge, Caller } from '@holdfast/bridge';
import type { Operation } from '@holdfast/protocol';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { callerOf } from '../auth/caller.ts';
import { isStream } from './event-stream-operation.ts';
import { idempotencyOf } from './idempotency-key.ts';
import type { AnswerDelivery, OperationCall, OperationHandler } from './operation-handler.ts';
import { requestParts } from './request-part.ts';

export interface MountOptions {
  readonly bridge: Bridge;
  readonly bodyLimitBytes: number;
}

/** Any answer of any operation, as sending sees it. */
interface AnyAnswer extends AnswerDelivery {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly stream?: (response: ServerResponse) => void;
}

/** Makes a route of a declaration: path, checks, caller and answer all come from it. */
export function mountOperation<const O extends Operation>(
  app: FastifyInstance,
  operation: O,
  handler: OperationHandler<O>,
  { bridge, bodyLimitBytes }: MountOptions,
): void {
  const parts = requestParts(operation);
  app.route({
    method: operation.method,
    url: operation.path,
    bodyLimit: bodyLimitBytes,
    exposeHeadRoute: operation.method === 'GET' && !isStream(operation),
    config: { holdfastOperation: operation },
    async handler(request, reply) {
      const params = parts.params(request.params);
      const query = parts.query(request.query);
      const body = parts.body(request.body);
      // What is uploaded is read later: who reads it binds the key to it.
      const bound = operation.upload === undefined ? body : query;
      const idempotency = idempotencyOf(operation, request.headers['idempotency-key'], bound);
      const caller: Caller = { ...(await callerOf(request, operation, bridge)), idempotency };
      // The parts were checked against the very schemas that OperationCall takes its types from.
      const call = { params, query, body, caller, request } as OperationCall<O>;
      // Every OperationAnswer is one of these; which members it has is settled by the handler's own type.
      return send(reply, (await handler(call)) as AnyAnswer);
    },
  });
}

function send(reply: FastifyReply, answer: AnyAnswer): FastifyReply {
  reply.code(answer.status);
  if (answer.headers !== undefined) reply.headers(answer.headers);
  if (answer.contentType !== undefined) reply.type(answer.contentType);
  if (answer.stream !== undefined) return takeOver(reply, answer.stream);
  watchDelivery(reply.raw, answer);
  return reply.send(answer.body);
}

/** Leaves the response to the stream, with the headers collected so far. */
function takeOver(reply: FastifyReply, stream: (response: ServerResponse) => void): FastifyReply {
  reply.hijack();
  const { raw } = reply;
  raw.statusCode = reply.statusCode;
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value);
  }
  stream(raw);
  return reply;
}

function watchDelivery(response: ServerResponse, { written, lost }: AnswerDelivery): void {
  if (written === undefined && lost === undefined) return;
  if (response.closed || response.destroyed) {
    lost?.();
    return;
  }
  response.once('finish', () => written?.());
  response.once('close', () => {
    if (!response.writableFinished) lost?.();
  });
}
