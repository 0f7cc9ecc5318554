import { DaemonError, httpStatus, retryAfterSeconds, toProblem } from '@holdfast/protocol';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** What Fastify refuses by itself, in the words of our table. */
const frameworkErrors: Readonly<Record<string, () => DaemonError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new DaemonError('body_too_large', 'the body is longer than the limit; see limits in /capabilities'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new DaemonError(
      'unsupported_media_type',
      'send the body as Content-Type: application/json; exported lines as application/x-ndjson',
    ),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new DaemonError('invalid_request', 'the body is not as long as Content-Length says'),
  FST_ERR_BAD_URL: () => new DaemonError('invalid_request', 'the path is not validly percent-encoded'),
  FST_ERR_NOT_FOUND: () => new DaemonError('not_found', 'no such route'),
};

/** Turns whatever was thrown into an error of the table; what nobody foresaw says nothing of itself to the client. */
export function asProblemError(thrown: unknown): DaemonError {
  if (thrown instanceof DaemonError) return thrown;
  // Only `code` is read, and it is compared.
  const code = (thrown as Partial<FastifyError> | null)?.code;
  const known = code === undefined ? undefined : frameworkErrors[code];
  return (
    known?.() ?? new DaemonError('internal', 'an unexpected error; the log has it', {}, { cause: thrown })
  );
}

/** Answers an error as `application/problem+json`. Source: RFC 9457. */
export function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asProblemError(thrown);
  const status = httpStatus[error.code];
  if (status >= 500 && error.code === 'internal') {
    request.log.error({ err: error.cause ?? error }, 'request failed');
  }
  const retryAfter = retryAfterSeconds[error.code] ?? (status === 429 || status === 503 ? 5 : undefined);
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  const problem = toProblem(error, { instance: request.url.split('?', 1)[0] });
  // As bytes: to a string Fastify would add a charset, which JSON media types do not have.
  return reply
    .code(status)
    .header('content-type', 'application/problem+json')
    .send(Buffer.from(JSON.stringify(problem)));
}
