import { type Static, Type } from 'typebox';
import { loose } from '../model/loose.ts';
import { errorCodes } from './codes.ts';
import type { DaemonError } from './daemon-error.ts';
import { httpStatus } from './http-status.ts';

/** An error as it travels: `application/problem+json`, with the code's own fields beside the common ones. Source: RFC 9457. */
export const Problem = loose(
  Type.Object({
    error: Type.String({ description: 'What went wrong, and what helps.' }),
    code: Type.String({ description: 'A code of the error table.' }),
    retryable: Type.Boolean({ description: 'Whether the same request may succeed later, unchanged.' }),
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.Optional(Type.String({ description: 'Path of the request.' })),
    agentCode: Type.Optional(Type.Integer({ description: 'Error number of the agent.' })),
  }),
);
export type Problem = Static<typeof Problem>;

/** Renders an error as its problem document; details never replace the common members. */
export function toProblem(error: DaemonError, where: { readonly instance?: string } = {}): Problem {
  const { title, retryable } = errorCodes[error.code];
  return {
    ...error.details,
    error: error.message,
    code: error.code,
    retryable,
    type: `urn:holdfast:error:${error.code}`,
    title,
    status: httpStatus[error.code],
    detail: error.message,
    instance: where.instance,
  };
}
