import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { Caller } from '@holdfast/bridge';
import type { Operation, OperationName, operations } from '@holdfast/protocol';
import type { FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';

type ValueOf<Schema> = Schema extends TSchema ? Static<Schema> : undefined;

/** A valid request for an operation, by the types of its declaration. */
export interface OperationCall<O extends Operation> {
  readonly params: ValueOf<O['params']>;
  readonly query: ValueOf<O['query']>;
  readonly body: ValueOf<O['body']>;
  /** On a mutation the client id is checked; on a GET it is ignored. */
  readonly caller: Caller;
  readonly request: FastifyRequest;
}

/** What is to be known about how an answer travelled. */
export interface AnswerDelivery {
  /** The whole answer was handed to the kernel. */
  written?(): void;
  /** The socket closed before it was. */
  lost?(): void;
}

interface AnswerParts extends AnswerDelivery {
  readonly headers?: Readonly<Record<string, string>>;
}

type AnswerFor<Status, Schema> = Schema extends 'stream'
  ? AnswerParts & { readonly status: Status; readonly stream: (response: ServerResponse) => void }
  : Schema extends 'download'
    ? AnswerParts & { readonly status: Status; readonly body: Readable }
    : Schema extends 'text'
      ? AnswerParts & { readonly status: Status; readonly contentType: string; readonly body: string }
      : Schema extends null
        ? AnswerParts & { readonly status: Status }
        : AnswerParts & { readonly status: Status; readonly body: ValueOf<Schema> };

/** An answer by one of the operation's declared responses. */
export type OperationAnswer<O extends Operation> = {
  [Status in keyof O['responses']]: AnswerFor<Status, O['responses'][Status]>;
}[keyof O['responses']];

/** What an operation does: a rule about sessions in here is in the wrong room. */
export type OperationHandler<O extends Operation> = (
  call: OperationCall<O>,
) => OperationAnswer<O> | Promise<OperationAnswer<O>>;

/** One handler for each operation; a missing one does not compile. */
export type OperationHandlers = {
  readonly [Name in OperationName]: OperationHandler<(typeof operations)[Name]>;
};
